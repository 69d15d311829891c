"""What people write, shown as they wrote it: Streamlit reads every sentence and label as Markdown.

Unescaped, a walk, a run's name or a value out of a link would draw a picture from elsewhere in the browser of whoever
looks at it, and so tell a stranger who looked.
"""

import re

import streamlit as st

# With a sign before each, no run of them is a mark; some are marks only before a word, or at a line's beginning.
_MARKS = re.compile(r"[\\`*~\[\]<$]|_(?![^\W_])|(?<![^\W_])_|:(?=\w)|&(?=[#\w])|^[-+>#]|(?<=^\d)[.)]|(?<=^\d\d)[.)]")
_CODE = re.compile(r"(`[^`]+`)")
# Several statements that end a sentence are lines to take along.
_LINES = re.compile(r"(?:`[^`]*[ (][^`]*`(?:, |，|、)?){2,}[.。]?$")
# Made into links, icons and faces after Markdown was read, escaped or not: an invisible joiner keeps them apart.
_ADDRESS = re.compile(r"(https?:|\bwww(?=\.)|(?<=\w)@(?=\w))", re.IGNORECASE)
_SHORTCODE = re.compile(r":(?=[\w+/-]+:)")
_JOINER = "\u2060"


def plain(text: str) -> str:
    """Return Markdown that shows a text as it is, on one line."""
    return _escaped(" ".join(text.split()))


def paragraphs(text: str) -> str:
    """Return Markdown that shows a text as it is, line by line."""
    return "\n\n".join(plain(line) for line in text.splitlines() if line.strip())


def code(text: str) -> str:
    """Return Markdown that shows a text as code, on one line."""
    return f"`{' '.join(text.split()).replace('`', chr(39)) or ' '}`"


def sentence(text: str) -> str:
    """Return Markdown for a sentence of ours that quotes what people wrote; its `code` stays code."""
    parts = _CODE.split(" ".join(text.split()))
    return "".join(part if number % 2 else _escaped(part) for number, part in enumerate(parts))


def warning(text: str) -> None:
    """Draw a sentence that asks for attention."""
    st.warning(_with_lines(text))


def info(text: str) -> None:
    """Draw a sentence that says how things are."""
    st.info(_with_lines(text))


def error(text: str) -> None:
    """Draw a sentence about what went wrong."""
    st.error(_with_lines(text))


def _with_lines(text: str) -> str:
    """Return a sentence; the statements that it ends with stand below it, to be copied."""
    found = _LINES.search(text)
    if found is None:
        return sentence(text)
    lines = "\n".join(span.strip("`") for span in _CODE.findall(found.group()))
    return f"{sentence(text[: found.start()])}\n\n```python\n{lines}\n```"


def _escaped(line: str) -> str:
    apart = _SHORTCODE.sub(f":{_JOINER}", _ADDRESS.sub(rf"\1{_JOINER}", line))
    return _MARKS.sub(lambda found: "\\" + found.group(), apart)
