"""Every text of the sources brought into the catalogue: `bin/words`.

New ones stand there with an empty `msgstr`, to be translated; those that nobody says any more are gone. Sorted by
text, without line numbers or dates, so that two branches seldom touch the same lines.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po
from msgspec import to_builtins

from app.language.phrases import ENGLISH, ENGLISH_WORDS
from app.pathways.library import load_catalog

APP = Path(__file__).parents[1] / "app"
PYTHON = {"gettext": None, "_": None, "later": None, "ngettext": (1, 2)}
TEMPLATES = {"_": None, "ngettext": (1, 2)}
SPOKEN = {
    *("title", "short_title", "explanation", "agreement", "label", "help", "care", "shown", "text", "stops", "unit"),
    *("start_label", "finish_label", "checklist"),
}
"""The keys of a pathway's file whose values are read by people."""

Text = str | tuple[str, str]


def texts() -> set[Text]:
    found: set[Text] = set()
    for path in APP.rglob("*.py"):
        found.update(_marked("python", path, PYTHON))
    for path in (APP / "templates").rglob("*.*"):
        found.update(_marked("jinja2.ext.babel_extract", path, TEMPLATES))
    found.update(_in_tables(to_builtins(list(load_catalog().values()))))
    return found


def _marked(method: str, path: Path, keywords: dict[str, tuple[int, ...] | None]) -> Iterator[Text]:
    for _line, text, _comments, _context in extract_from_file(method, path, keywords):
        yield text if isinstance(text, str) else (text[0], text[1])


def _in_tables(value: object, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, held in value.items():
            yield from _in_tables(held, name)
    elif isinstance(value, list | tuple):
        for held in value:
            yield from _in_tables(held, key)
    elif isinstance(value, str) and value and key in SPOKEN:
        yield value


def known_words() -> Catalog:
    """What git joined may stand there twice: the one with words is the one that counts."""
    texts = ENGLISH_WORDS.read_text(encoding="utf-8").split("\n\n") if ENGLISH_WORDS.exists() else []
    in_order = sorted(texts, key=lambda each: not each.rstrip().endswith(('msgstr ""', 'msgstr[1] ""')))
    return read_po(BytesIO("\n\n".join(in_order).encode()), locale=ENGLISH)


def catalogue(of: set[Text]) -> Catalog:
    """These texts, with the words that the catalogue has for them already."""
    known = known_words()
    new = Catalog(ENGLISH)
    for text in of:
        held = known.get(text)
        new.add(text, held.string if held and held.id == text else None)
    return new


def write(new: Catalog, path: Path) -> None:
    with path.open("wb") as file:
        write_po(file, new, width=0, omit_header=True, sort_output=True)


def translated(message: Message) -> bool:
    return bool(message.string) and all(message.string)


def main() -> None:
    new = catalogue(texts())
    write(new, ENGLISH_WORDS)
    left = sum(not translated(message) for message in new if message.id)
    print(  # noqa: T201 -- it is a command
        f"{len(new)} texts, {left} to translate in {ENGLISH_WORDS.relative_to(APP.parent)}"
    )


if __name__ == "__main__":
    main()
