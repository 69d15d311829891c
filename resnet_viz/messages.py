"""The message catalogue: every text a user reads passes through `gettext` here.

English is the source; translations lie in `locale/<language>/LC_MESSAGES/resnet_viz.mo`. The language is a context
variable, so that two visitors on two threads read two languages. A thread for which none was chosen asks
whoever knows whose thread it is: a callback or a fragment runs before any code of ours could choose one.
"""

import gettext as _gettext
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from functools import cache
from typing import Generic, TypeVar

from resnet_viz.paths import LOCALE

LANGUAGES = {"en": "English", "zh": "简体中文"}
K = TypeVar("K")
T = TypeVar("T")
_SIGNS = {"zh": {", ": "、", "; ": "；", ": ": "：", " ": ""}}
_LOCALE_NAMES = {"zh": "zh_CN"}

_language: ContextVar[str] = ContextVar("language", default="")
_ask: list[Callable[[], str]] = []


def use_language(language: str) -> None:
    """Choose the language of all following messages on this thread or task; unknown ones mean English."""
    _language.set(language if language in LANGUAGES else "en")


def ask_for_language(of_this_thread: Callable[[], str]) -> None:
    """Have threads for which no language was chosen ask a function for it; "" if it does not know this thread either."""
    _ask[:] = [of_this_thread]


def current_language() -> str:
    """Return the code of the language in use, a key of `LANGUAGES`."""
    if not _language.get() and _ask and (language := _ask[0]()):
        use_language(language)
    return _language.get() or "en"


def in_this_language(work: Callable[[], T]) -> Callable[[], T]:
    """Return work for another thread, which then speaks the language of this one."""
    language = current_language()

    def speaking() -> T:
        use_language(language)
        return work()

    return speaking


def preferred_language(accepted: str | None) -> str:
    """Return the first known language of a browser's preference such as ``zh-CN,zh;q=0.9,en``."""
    for part in (accepted or "").split(","):
        code = part.split(";")[0].strip().lower().split("-")[0]
        if code in LANGUAGES:
            return code
    return "en"


def gettext(message: str) -> str:
    """Return `message` in the current language."""
    return _catalogue(current_language()).gettext(message)


def N_(message: str) -> str:
    """Return a message as it is, marked for the catalogue: it is translated where it is used."""
    return message


class Titles(Generic[K]):
    """What things are called: messages marked by `N_`, by name, each translated when it is looked up.

    >>> title = Titles({"on": N_("on"), "off": N_("off")})
    >>> title("off"), title.get("auto", "as it is")
    ('off', 'as it is')
    """

    def __init__(self, messages: Mapping[K, str]) -> None:
        """Keep messages by name."""
        self._messages = messages

    def __call__(self, name: K) -> str:
        """Return what `name` is called in the current language.

        Raises:
            KeyError: If there is no title for it.
        """
        return gettext(self._messages[name])

    def get(self, name: K, default: str) -> str:
        """Return what `name` is called, or `default` if there is no title for it."""
        return self(name) if name in self._messages else default


def ngettext(singular: str, plural: str, n: int) -> str:
    """Return the form for `n` things in the current language."""
    return _catalogue(current_language()).ngettext(singular, plural, n)


def joined(texts: Iterable[str], sign: str = ", ") -> str:
    """Return texts side by side as the current language sets them.

    Args:
        texts: What to join.
        sign: What stands between them in English: ", " for words, "; " for clauses, ": " for a title and what it is
            the title of, " " for sentences.
    """
    return _SIGNS.get(current_language(), {}).get(sign, sign).join(texts)


@cache
def _catalogue(language: str) -> _gettext.NullTranslations:
    return _gettext.translation("resnet_viz", LOCALE, [_LOCALE_NAMES.get(language, language)], fallback=True)
