"""A visitor's answers in the menu: to take along or bring, and what deletes them."""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import streamlit as st

from resnet_viz.lessons.progress import Progress, as_markdown, read_progress
from resnet_viz.messages import gettext as _
from resnet_viz.messages import in_this_language, ngettext
from resnet_viz.ui import kept, state
from resnet_viz.ui.frame import walking
from resnet_viz.ui.shared import uploads

Asked = tuple[str, Mapping[int, str]]
"""A lesson's title, and its questions by number."""


def show_delete(name: str) -> None:
    """Draw what deletes the answers of a lesson."""
    st.button(_("Delete my answers"), key=f"lesson_delete_{name}", on_click=_delete, args=(name,), type="tertiary")


def show_files(lessons: Mapping[str, Asked]) -> None:
    """Draw all answers as one file, and the way to bring such a file.

    Args:
        lessons: What every lesson asks, by name.
    """
    answers = kept.progress()
    with st.expander(_("My answers as a file")):
        if answers.answers:
            with st.container(horizontal=True, gap="small"):
                opened_at = address()
                _save("Markdown", "md", "text/markdown", lambda: _document(answers, lessons, opened_at))
                _save("JSON", "json", "application/json", lambda: answers.to_json(_questions(lessons)))
        label = _("Answers from such a file (JSON)")
        uploads.show(label, "answers_upload", _take, kinds=("json",), most_mb=1)
        before = kept.earlier()
        if isinstance(before, Progress):
            new = len(answers.answers) - len(before.answers)
            said = ngettext("{n} answer was added. Yours stay.", "{n} answers were added. Yours stay.", new)
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(said.format(n=new), width="stretch")
                st.button(_("Undo"), key="answers_undo", type="tertiary", on_click=kept.bring_back)


def _save(name: str, suffix: str, mime: str, text: Callable[[], str]) -> None:
    st.download_button(
        name,
        in_this_language(text),
        file_name=f"answers.{suffix}",
        mime=mime,
        key=f"answers_{suffix}",
        on_click="ignore",
    )


def _document(answers: Progress, lessons: Mapping[str, Asked], address: str) -> str:
    """Return all lessons that were begun, as one document."""
    begun = {name: answers.of(name) for name in lessons if answers.of(name)}
    return "\n".join(as_markdown(*lessons[name], given, address) for name, given in begun.items())


def _questions(lessons: Mapping[str, Asked]) -> dict[tuple[str, int], str]:
    return {(name, stop): asked for name, (_title, questions) in lessons.items() for stop, asked in questions.items()}


def _take() -> None:
    """Add the answers of a file to those that are kept."""
    file = state.received("answers_upload")
    if file is not None:
        before = kept.progress()
        kept.keep_progress(before.merged(read_progress(bytes(file.getvalue()))))
        kept.remember(before)


def _delete(name: str) -> None:
    walking.set_prediction("", 0, None)
    kept.keep_progress(kept.progress().without(name))


def address() -> str:
    """Return where this app is opened; "" where nobody knows."""
    here = urlsplit(st.context.url or "")
    return f"{here.scheme}://{here.netloc}" if here.netloc else ""
