"""What the documents say is what the code does, as far as a program can tell."""

import ast
import enum
import re
import tomllib
from pathlib import Path

import pytest

from app.accounts.models import Role
from app.accounts.words import ROLES
from app.care_requests.rules import State, Verb
from app.care_requests.words import STATES
from app.core.db import Model
from app.directory.models import Profession
from app.directory.words import PROFESSIONS
from app.dispatch.models import OfferState
from app.dispatch.words import REFUSALS
from app.folders.words import STATE_WORDS
from app.language.typography import plain
from app.letters.models import LetterState
from app.push.models import MessageState
from docs.screenshots import STAMP, looks
from tests.browser import screens

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
GLOSSARY = (ROOT / "docs/glossary.md").read_text()
OPERATIONS = (ROOT / "docs/operations.md").read_text()


def section(document: str, title: str) -> str:
    """The text under `## title`."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", document, re.M | re.S)
    assert found, f"there is no section {title}"
    return found[1]


def row(table: str, name: str) -> str:
    """The line of the table whose first cell is `name`."""
    found = re.search(rf"^\| `{re.escape(name)}` \|.*$", table, re.M)
    assert found, f"`{name}` has no line"
    return found[0]


def rooms() -> str:
    """The table of ARCHITECTURE.md: the levels of `pyproject.toml`, and the first line of each room."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    lines = ["| level | room | what it is |", "|---|---|---|"]
    for level, names in enumerate(reversed(contracts[0]["layers"])):
        lines[2:2] = [f"| {level} | `{name}` | {first_line(name)} |" for name in re.findall(r"app\.(\w+)", names)]
    return "\n".join(lines)


def first_line(room: str) -> str:
    folder = ROOT / "app" / room
    source = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    return (ast.get_docstring(ast.parse(source.read_text())) or "").partition("\n")[0]


def test_architecture_says_what_the_rooms_say_of_themselves() -> None:
    assert rooms() in (ROOT / "ARCHITECTURE.md").read_text(), f"put this into ARCHITECTURE.md:\n{rooms()}"


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("States of a request", STATES),
        ("Verbs of a request", dict.fromkeys(Verb, "")),
        ("States of a folder", STATE_WORDS),
        ("States of an offer", dict.fromkeys(OfferState, "")),
        ("States of a message", dict.fromkeys(MessageState, "")),
        ("States of a letter", dict.fromkeys(LetterState, "")),
        ("Roles", ROLES),
        ("Professions", {profession: words[0] for profession, words in PROFESSIONS.items()}),
        ("Reasons of a refusal", REFUSALS),
    ],
)
def test_the_glossary_has_every_member_with_its_words(title: str, words: dict[str, str]) -> None:
    for name, shown in words.items():
        assert plain(str(shown)) in row(section(GLOSSARY, title), str(name)), f"`{name}` is shown as {shown}"


@pytest.mark.parametrize("kind", [State, Role, Profession])
def test_every_member_has_its_words(kind: type[enum.StrEnum]) -> None:
    words: dict[type[enum.StrEnum], object] = {State: STATES, Role: ROLES, Profession: PROFESSIONS}
    assert set(words[kind]) == set(kind)  # type: ignore[call-overload]


def test_the_glossary_has_every_noun() -> None:
    for mapper in Model.registry.mappers:
        row(section(GLOSSARY, "Nouns"), mapper.class_.__name__)


def test_operations_names_every_setting_and_no_other() -> None:
    sources = [*(ROOT / "app").rglob("*.py"), *(path for path in (ROOT / "bin").iterdir() if path.is_file())]
    read = {name for path in sources for name in re.findall(r"\b(RELAIS_[A-Z_]+|PORT)\b", path.read_text())}
    told = set(re.findall(r"^\| `([A-Z_]+)` \|", section(OPERATIONS, "Settings"), re.M))
    assert told == read


def test_every_relative_link_leads_somewhere() -> None:
    links = [
        (path, target)
        for path in DOCUMENTS
        for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text())
        if "://" not in target
    ]
    assert [f"{path.name}: {target}" for path, target in links if not leads_somewhere(path, target)] == []


def leads_somewhere(document: Path, target: str) -> bool:
    file, _, anchor = target.partition("#")
    found = document.parent / file if file else document
    if not anchor or not found.exists():
        return found.exists()
    titles = re.findall(r"^#+ (.+)$", found.read_text(), re.M)
    return anchor in {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}


def test_every_file_named_in_a_document_exists() -> None:
    named = [
        (path, name)
        for path in DOCUMENTS
        for name in re.findall(r"`((?:app|bin|tests|docs|migrations)/[\w./-]+)`", path.read_text())
    ]
    assert [f"{path.name}: {name}" for path, name in named if not (ROOT / name).exists()] == []


def test_no_document_names_a_registry_or_a_place_of_one_machine() -> None:
    registry = re.compile(r"p[y]pi|pythonh[o]sted|npm[j]s|registry\.|deb\.deb[i]an\.org", re.I)
    place = re.compile(r"(?<![\w.])/(work|tmp|home|root|Users)/")
    texts = {path.name: path.read_text() for path in DOCUMENTS}
    assert [name for name, text in texts.items() if registry.search(text) or place.search(text)] == []


def test_every_decision_has_its_four_parts() -> None:
    for path in (ROOT / "docs/decisions").glob("*.md"):
        titles = re.findall(r"^## (.+)$", path.read_text(), re.M)
        assert titles == ["Context", "Decision", "What was measured", "Consequences"], path.name
        assert path.read_text().startswith(f"# {path.name[:4]}: "), path.name


def test_docs_screenshots_fresh() -> None:
    assert STAMP.exists(), "run bin/screenshots"
    assert STAMP.read_text().strip() == looks(), "templates or styles changed: run bin/screenshots"


def test_there_is_a_sheet_for_every_door() -> None:
    drawn = {path.name for path in STAMP.parent.glob("screens-*.webp") if path.stat().st_size}
    doors = {screen.door.replace(" ", "-") for screen in (*screens.SCREENS, *screens.STATES)}
    assert drawn == {f"screens-{door}.webp" for door in doors}, "run bin/screenshots"


def test_pictures_stay_small() -> None:
    assert sum(path.stat().st_size for path in STAMP.parent.iterdir()) < 110_000 * len(screens.SCREENS), (
        "so much a screen"
    )
    for path in STAMP.parent.glob("*.png"):
        assert path.stat().st_size < 200_000, path.name
