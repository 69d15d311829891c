"""Keep the translations in step: python dev/tools/messages.py [--check].

Collects every message of the code into each language's catalogue, keeping what is translated, and compiles it. With
--check nothing is written; the exit status is 1 if a message has no translation.
"""

import json
import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
LOCALES = ROOT / "resnet_viz" / "locale"

KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}


def messages() -> Catalog:
    """Return all messages of the package, the pages, the shipped walks and demos."""
    catalog = Catalog(project="resnet-viz", charset="utf-8", fuzzy=False)
    for folder in ("resnet_viz", "pages"):
        found = extract_from_dir(ROOT / folder, [("**.py", "python")], keywords=KEYWORDS)
        for _file, _line, message, _comments, _context in found:
            catalog.add(message)
    for path in sorted((ROOT / "assets" / "walks").glob("*.json")):
        walk = json.loads(path.read_text("utf-8"))
        told = [stop[part] for stop in walk["stops"] for part in ("question", "answer")]
        for text in filter(None, (walk["title"], walk.get("about", ""), *told)):
            catalog.add(text)
        for ask in (stop.get("ask", {}) for stop in walk["stops"]):
            for item in (*ask.get("options", []), *ask.get("mistakes", [])):
                catalog.add(item["text"])
    for path in sorted((ROOT / "assets" / "demos").glob("*.json")):
        own = json.loads(path.read_text("utf-8"))
        for part in ("title", "question", "answer"):
            catalog.add(own[part])
    return catalog


def translated(language: Path, source: Catalog) -> tuple[Catalog, list[str]]:
    """Return a language's catalogue brought up to date, and the messages it lacks."""
    path = language / "LC_MESSAGES" / "resnet_viz.po"
    with path.open("rb") as file:
        catalog = read_po(file, locale=language.name)
    catalog.update(source, no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    missing = [str(message.id) for message in catalog if message.id and not all(_texts(message))]
    return catalog, missing


def _texts(message: object) -> list[str]:
    text = message.string  # type: ignore[attr-defined]
    return list(text) if isinstance(text, tuple) else [text]


def main(*, check: bool) -> int:
    """Update or check every language; return the exit status."""
    source, lacking = messages(), 0
    for language in sorted(path for path in LOCALES.iterdir() if path.is_dir()):
        catalog, missing = translated(language, source)
        for message in missing:
            print(f"{language.name}: no translation: {message}")
        lacking += len(missing)
        if not check:
            for suffix, write in ((".po", write_po), (".mo", write_mo)):
                out = BytesIO()
                options = {"width": 120, "sort_output": True, "no_location": True} if suffix == ".po" else {}
                write(out, catalog, **options)  # type: ignore[operator]
                (language / "LC_MESSAGES" / f"resnet_viz{suffix}").write_bytes(out.getvalue())
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
