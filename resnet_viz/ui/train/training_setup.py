"""What would be trained: the demo and its question, everything that can be changed in it, the buttons that start it."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from resnet_viz.backends import why_missing
from resnet_viz.datasets.catalogue import data_sets
from resnet_viz.messages import N_, Titles, joined, ngettext
from resnet_viz.messages import gettext as _
from resnet_viz.reports.runs import given_name
from resnet_viz.server import services
from resnet_viz.server.watched import RECORDED, has_recording, watched
from resnet_viz.spec import PRESETS
from resnet_viz.spec.changes import from_text
from resnet_viz.subject.views import TrainView, parse_settings
from resnet_viz.training.demos import demos
from resnet_viz.training.hardware import cpu, nvidia_gpus
from resnet_viz.training.plan import Plan, to_paths
from resnet_viz.ui import replay, say, state
from resnet_viz.ui.actions import action
from resnet_viz.ui.own_runs import is_own, run_owner
from resnet_viz.ui.shared import controls, without_keras
from resnet_viz.ui.slots import Slot
from resnet_viz.ui.train import data_gallery, learning, run_charts
from resnet_viz.viz.words import network_name

# Which part of the set-up is shown: its pictures or its settings; on which device the next run trains.
LOOK = Slot("setup", "pictures")
_DEVICE = Slot("device", "auto")

_COLUMNS = 4


def show(shown: TrainView) -> None:
    """Draw the demo's question, and what starts it."""
    own = demos()[shown.demo]
    st.title(_(own.question), anchor=False)
    found = watched(shown.run)
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="train_row"):
        # One thing to do next stands out; a run that goes on has it below.
        waits = found is not None and is_own(found) and not found.has_ended
        lacks_keras = bool(why_missing())
        st.button(
            _("Train"),
            key="train_start",
            type="secondary" if waits or lacks_keras else "primary",
            on_click=_submit,
            kwargs={"holds": False},
            disabled=lacks_keras,
        )
        if has_recording(shown.demo):
            st.button(
                _("Replay"),
                key="train_replay",
                type="primary" if lacks_keras and not shown.run else "secondary",
                on_click=_replay,
                args=(f"{RECORDED}{shown.demo}",),
                help=_("Plays a run that was recorded."),
            )
        st.button(
            _("Get ready (start later)"),
            key="train_prepare",
            on_click=_submit,
            kwargs={"holds": True},
            disabled=lacks_keras,
            help=_("Builds and compiles the networks before the lesson. Then one click starts the run."),
        )
        if shown.run:
            st.button(
                _("New run"),
                key="train_setup",
                on_click=lambda: state.set_parts(run=""),
                help=_("Back to the pictures and the settings; the run goes on and is kept."),
            )
        else:
            about = _("With your changes.") if shown.settings else _about_text(own.about_s)
            st.markdown(about, width="content", help=_details(shown.plan))
        st.space("stretch")
        _show_demos(shown.demo)
    without_keras.say_missing(_("Recorded runs play without it."))


def _replay(run: str) -> None:
    replay.play_anew()
    state.set_parts(run=run)


def _show_demos(chosen: str) -> None:
    controls.select(
        _("Demo"),
        demos(),
        chosen,
        lambda name: state.set_parts(demo=name, settings="", run="", compared=()),
        key="demo",
        title=lambda name: _(demos()[name].title),
        label_visibility="collapsed",
        width=330,
    )


def show_choices(shown: TrainView, on_screen: str) -> None:
    """Draw what would learn, what from, and all that can be changed in it, where no run is open.

    Args:
        shown: What would be trained.
        on_screen: The network of the other pages, as plans write it.
    """
    learning.invite(shown, run_charts.about(shown.plan)[0])
    controls.choice(
        _("What to look at"),
        ("pictures", "settings"),
        LOOK.get(),
        LOOK.set,
        key="train_look",
        title=lambda name: {"pictures": _("The pictures"), "settings": _("Change anything")}[name],
        label_visibility="collapsed",
    )
    if LOOK.get() == "pictures":
        data_gallery.show(shown.plan)
    else:
        _show_settings(shown, on_screen)


def _about_text(seconds: float) -> str:
    """Return how long a demo takes, as one says it.

    >>> _about_text(45), _about_text(110)
    ('Takes about 45 seconds.', 'Takes about 2 minutes.')
    """
    if seconds < 90:
        return ngettext("Takes about {n} second.", "Takes about {n} seconds.", round(seconds)).format(n=round(seconds))
    minutes = round(seconds / 60)
    return ngettext("Takes about {n} minute.", "Takes about {n} minutes.", minutes).format(n=minutes)


def _details(plan: Plan) -> str:
    """Return what exactly would be trained, and on what, for whoever asks."""
    parts = [joined((say.plain(network_name(network.name)), say.code(network.text)), ": ") for network in plan.networks]
    pictures = data_sets()[plan.data.source].title
    device = nvidia_gpus() or cpu()
    lines = [
        *parts,
        _("{pictures}, {size}×{size} px, {n} per step").format(pictures=pictures, size=plan.size_px, n=plan.batch),
        _("{n} steps of each network").format(n=f"{plan.updates:,}") if plan.updates else "",
        device.text(),
    ]
    return "  \n".join(filter(None, lines))


@action
def _submit(*, holds: bool) -> None:
    """Put the plan in the queue and watch it."""
    subject = state.subject()
    name = given_name(subject.train.demo, subject.train.plan.seed)
    device = _DEVICE.get()
    plan = data_gallery.own_plan(subject.train.plan)
    run = services.runner().submit(run_owner(), plan, name, device=device, holds=holds)
    state.set_parts(run=run.id)


def _show_settings(shown: TrainView, on_screen: str) -> None:
    """Draw every field of the plan; a bad value leaves it and says the rule."""
    known, base = to_paths(shown.plan), to_paths(demos()[shown.demo].plan)
    with st.container(horizontal=True, gap="xsmall"):
        st.button(
            _("Reset"),
            key="plan_reset",
            on_click=lambda: state.set_parts(settings=""),
            disabled=not shown.settings,
            help=_("Back to the demo as it is."),
        )
        controls.choice(
            _("Device"),
            ("auto", "cpu", "gpu"),
            _DEVICE.get(),
            _DEVICE.set,
            key="plan_device",
            title=_device_title,
        )
    networks = [path for path in known if path.startswith("networks.")]
    for column, path in zip(st.columns(max(2, len(networks)), gap="small"), networks, strict=False):
        with column:
            _show_network(path, str(known[path]), on_screen)
    fields = [path for path in known if path not in (*networks, "data.source")]
    for start in range(0, len(fields), _COLUMNS):
        row = st.columns(_COLUMNS, gap="small", vertical_alignment="bottom")
        for column, path in zip(row, fields[start : start + _COLUMNS], strict=False):
            with column:
                _show_field(path, known[path], changed=known[path] != base.get(path))


def _show_network(path: str, text: str, on_screen: str) -> None:
    name = path.removeprefix("networks.")
    controls.text(
        _("Network {name}: preset and changes").format(name=f"`{name}`"),
        text,
        lambda value: _set(path, value),
        key=f"plan_{path}",
        max_chars=400,
        help=_("Written as in links, for example {example}. Presets: {names}.").format(
            example="`cifar-56,width=0.5`", names=joined(PRESETS)
        ),
    )
    if from_text(text) != from_text(on_screen):
        st.button(
            _("Use the network on screen: {text}").format(text=f"`{on_screen[:40]}`"),
            key=f"plan_subject_{path}",
            on_click=_set,
            args=(path, on_screen),
            type="tertiary",
        )


def _show_field(path: str, value: Any, *, changed: bool) -> None:
    title = f"**{_field_title(path)}**" if changed else _field_title(path)

    def change(new: object) -> None:
        _set(path, str(new))

    key = f"plan_{path}"
    options = _OPTIONS.get(path)
    if options:
        controls.select(title, options(), value, change, key=key, title=_option_title)
    elif isinstance(value, bool):
        controls.toggle(title, value, lambda new: _set(path, "on" if new else "off"), key=key)
    elif isinstance(value, float):
        # A text, since rates of 0.0001 and times of 60 s have no step in common.
        controls.text(title, f"{value:g}", change, key=key, max_chars=16)
    else:
        controls.number(title, value, change, key=key)


_OPTIONS: dict[str, Callable[[], list[str]]] = {
    "optimizer.name": lambda: ["sgd", "adam", "adamw"],
    "optimizer.schedule": lambda: ["constant", "cosine", "growing"],
    "augment": lambda: ["none", "shift", "shift_flip"],
    "precision": lambda: ["auto", "float32", "bfloat16"],
}


def _set(path: str, text: str) -> None:
    state.update(lambda subject: subject.changing({**parse_settings(subject.train.settings), path: text}))


_device_title = Titles({"auto": N_("the best there is"), "cpu": "CPU", "gpu": "GPU"})


_OPTION_TITLES = Titles(
    {
        "sgd": "SGD",
        "adam": "Adam",
        "adamw": "AdamW",
        "constant": N_("constant"),
        "cosine": N_("cosine to 0"),
        "growing": N_("growing (finder)"),
        "none": N_("none"),
        "shift": N_("shifts"),
        "shift_flip": N_("shifts and flips"),
        "auto": N_("bfloat16 where it gains"),
    }
)


def _option_title(name: str) -> str:
    return _OPTION_TITLES.get(name, name)


_field_title = Titles(
    {
        "size_px": N_("Picture side, px"),
        "data.train": N_("Training pictures (0: all, endless)"),
        "data.validation": N_("Held-back pictures"),
        "data.difficulty": N_("Difficulty of the shapes, 0 to 1"),
        "data.clutter": N_("Random spots per picture"),
        "data.seed": N_("Seed of the pictures"),
        "optimizer.name": N_("Optimiser"),
        "optimizer.learning_rate": N_("Learning rate"),
        "optimizer.momentum": N_("Momentum (SGD)"),
        "optimizer.nesterov": N_("Nesterov (SGD)"),
        "optimizer.weight_decay": N_("Weight decay"),
        "optimizer.schedule": N_("Schedule"),
        "optimizer.warmup_updates": N_("Warm-up, steps"),
        "optimizer.decay_updates": N_("Length of the schedule, steps"),
        "optimizer.final_learning_rate": N_("Last learning rate (growing)"),
        "batch": N_("Pictures per step"),
        "augment": N_("Augmentation"),
        "precision": N_("Precision"),
        "seconds": N_("Budget, s of steps (0: none)"),
        "updates": N_("Budget, steps (0: none)"),
        "measure_every": N_("Steps per measurement"),
        "evaluate_every": N_("Measurements per look at held-back pictures"),
        "stop_at_rise": N_("Stop when the loss is this many times its lowest (0: never)"),
        "seed": N_("Seed of weights and order"),
    }
)
