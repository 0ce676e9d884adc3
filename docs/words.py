"""Every text of the sources brought into the catalogues: `bin/words`.

English holds them all; the languages of patients hold what a patient reads, found by where it stands. New ones have an
empty `msgstr`, to be translated; those that nobody says any more are gone. Sorted by text, without line numbers or
dates, so that two branches seldom touch the same lines.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, meta
from msgspec import to_builtins

from app.assessments.library import load_grids
from app.costs.library import load_rates
from app.language.phrases import ENGLISH, FRENCH, PATIENTS, catalogue_of
from app.pathways.library import load_catalog

APP = Path(__file__).parents[1] / "app"
TEMPLATES = APP / "templates"
PIECES = "_components.html"
PYTHON = {"gettext": None, "_": None, "later": None, "ngettext": (1, 2)}
JINJA = {"_": None, "ngettext": (1, 2)}
SPOKEN = {
    *("title", "short_title", "explanation", "agreement", "label", "help", "care", "shown", "text", "stops", "unit"),
    *("start_label", "finish_label", "checklist", "source", "rights"),
}
"""The keys of a pathway's or a grid's file whose values are read by people."""

PAGES_OF_PATIENTS = ("patient_space/*.html", "errors/_page.html", "desk/_handout.html", "planning/_keepsake.html")
SAID_TO_PATIENTS: dict[str, set[str]] = {
    "appointments/lived.py": set(),
    "agenda/pages.py": {"day_fact"},
    "agenda/words.py": {"MOMENTS", "week_words"},
    "appointments/reminders.py": set(),
    "appointments/words.py": {"PART_WORDS"},
    "assessments/lived.py": set(),
    "audit/words.py": {"READINGS"},
    "passages/calendar.py": {
        *("plan_in_words", "_rhythm", "_moments", "visits_counted", "THE", "EACH", "EACH_BUT_WEEKENDS", "BARE"),
        *("_of_the_week", "_reviewed"),
    },
    "passages/words.py": {"progress_in_words", "when_next", "MOMENTS"},
    "costs/words.py": {"BANDS", "SERVICES"},
    "core/errors.py": {"WORDS", "BUSY"},
    "directory/words.py": {"PROFESSIONS"},
    "funding/pages.py": {"at_least", "credit_words", "left_words", "months_words"},
    "language/words.py": {"DAYS", "moment"},
    "circles/lived.py": set(),
    "circles/words.py": {"USUAL_WORDS"},
    "documents/rules.py": {"TYPES"},
    "folders/lived.py": set(),
    "life/pages.py": {"_months"},
    "life/words.py": {"LANES", "WENT", "lasted"},
    "passages/lived.py": set(),
    "patient_space/*.py": set(),
    "plans/reading.py": {"Drawing", "PlanPeople", "ShownPart", "plan_shown"},
    "plans/words.py": {"DOMAINS", "EVERY", "TOLD_HOW", "by_when"},
    "relatives/forms.py": {"HeadingsForm", "RelativeForm"},
    "relatives/wishes.py": set(),
    "stays/lived.py": set(),
    "relatives/words.py": {"DECIDES", "HEADINGS", "KINSHIP"},
}
"""Where Python speaks to patients; of a file that speaks to others too, by which functions and tables."""

Text = str | tuple[str, str]


def texts() -> set[Text]:
    """All that the house says."""
    found: set[Text] = set()
    for path in APP.rglob("*.py"):
        found.update(_marked("python", path.read_text(encoding="utf-8")))
    for path in TEMPLATES.rglob("*.*"):
        found.update(_marked("jinja2.ext.babel_extract", path.read_text(encoding="utf-8")))
    tariffs = [each for rates in load_rates() for each in rates.tariffs]
    found.update(_in_tables(to_builtins([*load_catalog().values(), *load_grids().values(), *tariffs])))
    return found


def texts_for_patients() -> set[Text]:
    """What stands on a patient's pages, on her card and in what is sent to her."""
    found: set[Text] = set()
    for pattern, names in SAID_TO_PATIENTS.items():
        paths = sorted(APP.glob(pattern))
        if not paths:
            raise FileNotFoundError(pattern)  # It moved: what it says would be said in French to everybody.
        for path in paths:
            for source in _defined(path.read_text(encoding="utf-8"), names):
                found.update(_marked("python", source))
    for source in _shown_to_patients():
        found.update(_marked("jinja2.ext.babel_extract", source))
    return found


def texts_in(language: str) -> set[Text]:
    """What the catalogue of this language holds."""
    return texts() if language == ENGLISH else texts_for_patients()


def _marked(method: str, source: str) -> Iterator[Text]:
    keywords: dict[str, tuple[int, ...] | None] = PYTHON if method == "python" else JINJA
    for _line, text, _comments, _context in extract(method, BytesIO(source.encode()), keywords):
        yield text if isinstance(text, str) else (text[0], text[1])


def _defined(source: str, names: set[str]) -> Iterator[str]:
    """The whole of it, or what defines these names at the top."""
    if not names:
        yield source
        return
    left = set(names)
    for node in ast.parse(source).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", node)]
        if defined := left & {str(getattr(each, "id", getattr(each, "name", ""))) for each in targets}:
            left -= defined
            yield ast.get_source_segment(source, node) or ""
    if left:
        raise LookupError(f"nothing is called {', '.join(sorted(left))}")


def _shown_to_patients() -> Iterator[str]:
    """Those templates, what they include and extend, and the pieces that they are made of."""
    waiting = [path.relative_to(TEMPLATES).as_posix() for each in PAGES_OF_PATIENTS for path in TEMPLATES.glob(each)]
    known, pieces = set(waiting), set[str]()
    while waiting:
        source = (TEMPLATES / waiting.pop()).read_text(encoding="utf-8")
        yield source
        pieces.update(re.findall(r"\bui\.(\w+)\(", source))
        named = meta.find_referenced_templates(Environment(autoescape=True).parse(source))
        others = {name for name in named if name} - {PIECES}
        waiting += others - known
        known |= others
    yield from _made_of(pieces)


def _made_of(names: set[str]) -> Iterator[str]:
    """These pieces and those they are made of themselves."""
    source = (TEMPLATES / PIECES).read_text(encoding="utf-8")
    macros = {found[1]: found[0] for found in re.finditer(r"{% macro (\w+)\(.*?{%-? endmacro -?%}", source, re.DOTALL)}
    waiting, known = list(names & macros.keys()), set[str]()
    while waiting:
        known.add(name := waiting.pop())
        yield macros[name]
        waiting += (set(re.findall(r"\b(\w+)\(", macros[name])) & macros.keys()) - known - set(waiting)


def _in_tables(value: object, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, held in value.items():
            yield from _in_tables(held, name)
    elif isinstance(value, list | tuple):
        for held in value:
            yield from _in_tables(held, key)
    elif isinstance(value, str) and value and key in SPOKEN:
        yield value


def known_words(language: str) -> Catalog:
    """What git joined may stand there twice: the one with words is the one that counts."""
    path = catalogue_of(language)
    texts = path.read_text(encoding="utf-8").split("\n\n") if path.exists() else []
    in_order = sorted(texts, key=lambda each: not re.search(r'msgstr(\[\d\])? ""$', each.rstrip()))
    return read_po(BytesIO("\n\n".join(in_order).encode()), locale=language)


def catalogue(language: str, of: Iterable[Text]) -> Catalog:
    """These texts, with the words that the catalogue has for them already."""
    known = known_words(language)
    new = Catalog(language)
    for text in of:
        held = known.get(text)
        new.add(text, held.string if held and held.id == text else None)
    return new


def write(new: Catalog, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, new, width=0, omit_header=True, sort_output=True)


def translated(message: Message) -> bool:
    return bool(message.string) and all(message.string)


def main() -> None:
    for language in PATIENTS.keys() - {FRENCH}:
        path = catalogue_of(language)
        new = catalogue(language, texts_in(language))
        write(new, path)
        left = sum(not translated(message) for message in new if message.id)
        print(f"{len(new)} texts, {left} to translate in {path.relative_to(APP.parent)}")  # noqa: T201 -- a command


if __name__ == "__main__":
    main()
