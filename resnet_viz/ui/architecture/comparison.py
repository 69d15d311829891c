"""Two networks side by side: what changed in words and sums, and whose network a parameter total is."""

from functools import lru_cache

import streamlit as st

from resnet_viz.analysis import network
from resnet_viz.analysis.difference import Difference
from resnet_viz.analysis.identify import Match, identify, nearest, parse_total
from resnet_viz.errors import SpecError
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.spec import PRESETS, ResNetSpec
from resnet_viz.spec.changes import from_text, to_text
from resnet_viz.ui import say, state
from resnet_viz.ui.shared import controls, downloads
from resnet_viz.viz.drawn import difference_of
from resnet_viz.viz.mistakes import match_text
from resnet_viz.viz.sentences import sentences, signed
from resnet_viz.viz.tables import difference_frame, difference_in_words
from resnet_viz.viz.theme import STATUS_MARKS
from resnet_viz.viz.words import status_name

_MOST_MATCHES = 4


def show(spec: ResNetSpec, other: ResNetSpec | None, against: str) -> None:
    """Draw the choice of the other network, the sums and the sentences.

    Args:
        spec: The network in view.
        other: The one compared with, if there is one.
        against: What that is called.
    """
    is_asked = bool(state.subject().viewer.walk)  # a walk's stop brings the other network, and asks its own question
    if not is_asked:
        _show_choice(against)
    difference = difference_of(other, spec)
    if difference:
        _show_sentences(difference)
        _show_sums(difference)
    if not is_asked:
        _show_identity(spec)


def _show_choice(against: str) -> None:
    names = ["", *PRESETS]
    if against not in names:
        names.append(against)
    controls.select(
        _("Compare with"),
        names,
        against,
        lambda name: state.update(lambda current: current.comparing(name)),
        key="against",
        title=_other_title,
        help=_("Both networks get this network's input size and classes. Layers of the same name are compared."),
    )
    with st.container(horizontal=True, gap="xsmall"):
        st.button(
            _("Swap"),
            key="against_swap",
            on_click=_swap,
            disabled=not against,
            help=_("Let the two change places."),
        )
        st.button(
            _("Hold this one"),
            key="against_hold",
            on_click=_hold,
            help=_("Compare what you change from now on with the network as it is now."),
        )


def _other_title(text: str) -> str:
    if not text:
        return _("nothing")
    name, changes = from_text(text)
    return f"{name} + {len(changes)}" if changes else name


def _hold() -> None:
    subject = state.subject()
    state.set_parts(against=to_text(subject.preset, subject.base, subject.spec))


def _swap() -> None:
    subject = state.subject()
    other = subject.other
    if other is None:
        return
    mine = to_text(subject.preset, subject.base, subject.spec)
    name = from_text(subject.architecture.against)[0]
    state.update(lambda current: current.having(preset=name).with_spec(other).comparing(mine))


def _show_sums(difference: Difference) -> None:
    before, after = difference.totals
    fields = difference.last_fields_px()
    rows = [
        (_("Parameters"), before.parameters, after.parameters),
        (_("trained"), before.trainable, after.trainable),
        (_("MACs"), before.macs, after.macs),
        (_("Memory, bytes"), before.activation_bytes, after.activation_bytes),
        (_("Sees, px"), *fields),
    ]
    body = "".join(
        f"<tr><td>{name}</td><td>{old:,}<br>{new:,}</td><td>{signed(new - old)}</td></tr>" for name, old, new in rows
    )
    head = "<tr><td></td><td>{}<br>{}</td><td>{}</td></tr>".format(_("other"), _("this one"), _("change"))
    st.html(f"<table class='facts sums'>{head}{body}</table>")


def _show_sentences(difference: Difference) -> None:
    statuses = list(difference.status.values())
    marks = joined(
        f"**{mark.sign}** " + _("{n} {what}").format(n=statuses.count(status), what=status_name(status))
        for status, mark in STATUS_MARKS.items()
        if status in statuses
    )
    st.markdown(marks or _("Both networks are the same, layer by layer."))
    found = sentences(difference.before.graph.spec, difference.after.graph.spec)
    st.markdown("\n".join(f"- {sentence.text} *{sentence.effect}*" for sentence in found))


def show_table(spec: ResNetSpec, other: ResNetSpec, preset: str) -> None:
    """Draw every layer that differs, with its numbers in both networks."""
    difference = difference_of(other, spec)
    if difference is None or not difference.changes:
        return
    with st.expander(_("Every layer that differs ({n})").format(n=len(difference.changes))):
        frame = difference_frame(difference)
        shown = difference_in_words(frame)
        names = list(frame["layer"])
        key = f"difference_{hash(other)}_{len(frame)}"
        st.dataframe(
            shown,
            hide_index=True,
            height=320,
            key=key,
            selection_mode="single-row",
            on_select=lambda: _take_row(key, names),
            column_config={
                str(name): st.column_config.NumberColumn(format="localized")
                for name in shown
                if shown[name].dtype.kind == "i"
            },
            alt=_("One row per layer that differs, with what became of it and the change in its numbers"),
        )
        with st.container(horizontal=True):
            downloads.show(frame, f"difference-{preset}", key="difference")


def _take_row(key: str, names: list[str]) -> None:
    picked = state.typed(key)["selection"]["rows"]
    if picked and picked[0] < len(names):
        name = names[picked[0]]
        state.update(lambda current: current.revealing(name) if name in current.summary.by_id else current)


# --- Whose network is it? ---


def _show_identity(spec: ResNetSpec) -> None:
    st.markdown(_("**Which ResNet50 is yours?**"))
    text = st.text_input(
        _("Its total of parameters"),
        key="total",
        placeholder=f"{network(spec).totals.parameters:,}",
        max_chars=30,
        help=_(
            "You find it in the last lines of `model.summary()`. The app looks for a preset with this total, then for one or two common mistakes."
        ),
    )
    if not text:
        return
    try:
        total = parse_total(text)
    except SpecError as error:
        say.warning(str(error))
        return
    matches = _identified(total, spec)
    for index, match in enumerate(matches[:_MOST_MATCHES]):
        st.markdown(match_text(match, total))
        if not match.mistakes:
            st.button(_("Show it"), key=f"match_{index}", on_click=_show_match, args=(match,), type="tertiary")
    if not matches:
        name, more = nearest(total, spec)
        st.markdown(
            _(
                "No preset gives {n}, not even with two common mistakes. The nearest one here is `{name}`: it differs by {more}."
            ).format(n=f"{total:,}", name=name, more=signed(more))
        )


@lru_cache(maxsize=256)
def _identified(total: int, spec: ResNetSpec) -> list[Match]:
    return identify(total, spec)


def _show_match(match: Match) -> None:
    state.update(lambda current: current.with_preset(match.preset, match.input_shape, match.classes))
