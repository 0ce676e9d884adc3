"""What every source file must keep to."""

import importlib
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import cast

from detect_secrets.core.scan import get_plugins, scan_file
from detect_secrets.settings import transient_settings
from sqlalchemy import Table

from app.audit.actions import EVENTS
from app.care_requests.rules import State, Verb, follows
from app.core.db import Model
from app.dispatch import words
from app.patients.models import Patient

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "app/templates").rglob("*.html"))
SOURCES = sorted((ROOT / "app").rglob("*.py"))


def offenders(paths: Iterable[Path], breaks: Callable[[str], object]) -> list[str]:
    """The files whose text breaks the rule."""
    return [str(path.relative_to(ROOT)) for path in paths if breaks(path.read_text())]


OTHERS = {"htmx-request", "icon", "icon--facing"}
"""Classes that the library sets, and `app/shell/icons.py`."""


def test_every_style_is_of_a_class_that_some_template_has() -> None:
    """`.button--danger` also by `class="button--{{ kind }}"`, when some template says "danger"."""
    styles = "".join(path.read_text() for path in (ROOT / "app/static/css").glob("*.css"))
    selectors = re.sub(r"/\*.*?\*/|\{[^{}]*\}", "{}", styles, flags=re.S)
    styled = set(re.findall(r"\.([a-zA-Z][\w-]*)", selectors))
    text = "".join(path.read_text() for path in TEMPLATES)
    given = re.findall(r"""\bclass="((?:[^"{]|\{\{.*?\}\}|\{%.*?%\})*)\"""", text)
    named = {name for value in given for name in re.findall(r"[\w-]+", value)}
    made = {f"{stem}{end}" for stem in re.findall(r"([\w-]+--)\{\{", text) for end in re.findall(r'"(\w+)"', text)}
    assert styled - named - made - OTHERS == set()


def test_no_inline_script_or_style() -> None:
    def breaks(text: str) -> bool:
        text = re.sub(r"\{#.*?#\}", "", text, flags=re.S)
        inline = re.search(r"<style|\sstyle=|\son\w+=|hx-on|javascript:|js:\{", text)
        return bool(inline) or any("src=" not in tag for tag in re.findall(r"<script[^>]*>", text))

    assert offenders(TEMPLATES, breaks) == []


STYLES = sorted((ROOT / "app/static/css").glob("*.css"))
COLOUR = r"#[0-9a-f]{3,8}|rgb\([\d ./]+\)|(?:\d+px |-?\d+px|0 )*(?:#|rgb|var\(--edge).*"


def at_night(css: str) -> Iterator[tuple[str, str]]:
    """(property, value) of all that is said for dark screens alone."""
    for begin in re.finditer(r"@media \(prefers-color-scheme: dark\) \{", css):
        depth, end = 1, begin.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            end += 1
        yield from re.findall(r"([\w-]+): ([^;{}]+);", css[begin.end() : end])


def test_the_night_changes_colours_only() -> None:
    """Each screen is walked by day with every rule of access, and by night with those about colours."""
    said = [pair for path in STYLES for pair in at_night(path.read_text())]
    assert ("color-scheme", "dark") in said
    coloured = r"--[\w-]+|(?:background-|border-|outline-)?color|background|box-shadow|fill|stroke"
    wrong = [
        (name, value)
        for name, value in said
        if name != "color-scheme" and not (re.fullmatch(coloured, name) and re.fullmatch(COLOUR, value))
    ]
    assert wrong == []
    scripts = [path for path in (ROOT / "app/static").rglob("*.js") if "vendor" not in path.parts]
    assert offenders(scripts, lambda text: "prefers-color-scheme" in text) == []
    assert offenders(TEMPLATES, lambda text: re.search(r'(?<!media=")\(prefers-color-scheme', text)) == []


def test_what_fetches_itself_again_survives_a_passing_trouble() -> None:
    """htmx puts answers that failed in their place too: the page would be gone, and nothing would bring it back."""

    def breaks(text: str) -> bool:
        tags = re.findall(r"<\w+ [^>]*from:#live[^>]*>", text)
        return any('hx-status:5xx="swap:none"' not in tag for tag in tags)

    assert offenders(TEMPLATES, breaks) == []


def test_actions_never_commit() -> None:
    assert offenders(SOURCES, lambda text: "session.commit(" in text) == ["app/core/db.py"]


def test_no_other_randomness_than_secrets() -> None:
    """Tokens must not be guessable. The demonstration, the simulation and the pause before another try may throw
    ordinary dice."""
    for path in SOURCES:
        if "demo" not in path.parts and path.name not in ("sender.py", "invented.py"):
            assert not re.search(r"^\s*(import|from) random\b", path.read_text(), re.M), path


def test_every_vendored_file_is_the_one_that_was_checked() -> None:
    import hashlib

    table = (ROOT / "app/static/vendor/README.md").read_text()
    for path in (ROOT / "app/static/vendor").glob("*.js"):
        assert hashlib.sha256(path.read_bytes()).hexdigest() in table, path.name


def test_push_texts_say_nothing_about_a_patient() -> None:
    """The words take a care family, a commune, an instant and a path; there is no way to hand them more."""
    import inspect

    allowed = {"care", "commune", "expires_at", "path"}
    for name, word in inspect.getmembers(words, inspect.isfunction):
        if name.endswith("_notice"):
            assert set(inspect.signature(word).parameters) <= allowed, name


def test_what_identifies_a_patient_is_sealed() -> None:
    columns = Patient.__table__.columns
    sealed = {c.name for c in columns if type(c.type).__name__ == "Sealed"}
    assert sealed >= {"birth_name", "given_names", "birth_date_text", "sex", "birth_place", "phone", "address"}


def test_locks_pin_every_requirement_with_hashes_and_name_no_index() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        lines = [line for line in lock.read_text().splitlines() if not line.startswith("#")]
        assert all("://" not in line for line in lines), lock.name
        pinned = [line for line in lines if re.match(r"[a-z0-9]", line)]
        assert all("==" in line and line.endswith("\\") for line in pinned), lock.name


def layers() -> list[set[str]]:
    """The rooms of each floor, from the top."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return [set(re.findall(r"app\.(\w+)", layer)) for layer in contracts[0]["layers"]]


def test_the_stack_of_rooms_is_complete() -> None:
    """A new room must choose its level; import-linter only checks those it knows."""
    known = set().union(*layers())
    rooms = {p.name for p in (ROOT / "app").iterdir() if (p / "__init__.py").exists()}
    modules = {p.stem for p in (ROOT / "app").glob("*.py")} - {"__init__"}
    assert rooms | modules == known


ROOM = 2000
"""Lines of Python in one room: what a newcomer holds in an hour."""


def test_a_room_is_held_by_a_newcomer_in_an_hour() -> None:
    rooms = [folder for folder in (ROOT / "app").iterdir() if (folder / "__init__.py").exists()]
    lines = {room.name: sum(len(f.read_text().splitlines()) for f in room.rglob("*.py")) for room in rooms}
    assert {name: length for name, length in lines.items() if length > ROOM} == {}


def test_keys_go_downhill_as_imports_do() -> None:
    """A key that points to a table of a room above is an import that nobody sees: the room above owns what ties."""
    for path in (ROOT / "app").glob("*/models.py"):
        importlib.import_module(f"app.{path.parent.name}.models")
    rooms = {
        cast(Table, each.local_table).name: each.class_.__module__.split(".")[1] for each in Model.registry.mappers
    }
    assert rooms.keys() == Model.metadata.tables.keys()
    depth = {room: n for n, floor in enumerate(layers()) for room in floor}
    uphill = []
    for table in Model.metadata.tables.values():
        for key in table.foreign_keys:
            mine, other = rooms[table.name], rooms[key.column.table.name]
            if mine != other and depth[other] <= depth[mine]:
                uphill.append(f"{key.parent} → {key.column}")
    assert uphill == []


def test_every_state_can_be_left_or_is_an_end() -> None:
    ends = {State.DONE, State.CANCELLED}
    for state in State:
        assert any(follows(state, verb) for verb in Verb) is (state not in ends)


def test_audit_events_are_named_alike() -> None:
    assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", event) for event in EVENTS)


KEYS = (
    *("PrivateKeyDetector", "AWSKeyDetector", "AzureStorageKeyDetector", "GitHubTokenDetector", "GitLabTokenDetector"),
    *("JwtTokenDetector", "NpmDetector", "PypiTokenDetector", "SlackDetector", "StripeDetector", "SendGridDetector"),
    *("TwilioKeyDetector", "OpenAIDetector", "TelegramBotTokenDetector"),
)
"""Of detect-secrets: what has a form of its own. Randomness alone says nothing among so many hashes."""

NO_SETTINGS = (".py", ".html", ".js", ".css", ".md", ".csv", ".po")
LOCKS = ROOT / "requirements"


def keys_in(path: Path) -> list[str]:
    """What detect-secrets says of a file. Its reading line by line takes fourteen seconds for all: where a form that no
    line break parts is nowhere in the text, it is on no line. Settings it reads in ways of its own, values in quotes.
    """
    if path.suffix in NO_SETTINGS or path.parent == LOCKS:
        text = path.read_text(errors="replace")
        if not any(any(plugin.analyze_string(text)) for plugin in get_plugins()):
            return []
    return [each.type for each in scan_file(str(path))]


def test_no_key_of_anybody_is_in_the_repository(tmp_path: Path) -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [ROOT / name for name in tracked.split("\0") if name and not name.endswith((".png", ".svg"))]
    planted = [tmp_path / name for name in ("left-behind.pem", "left-behind.py")]
    for path in planted:
        path.write_text("-----BEGIN " + "EC PRIVATE KEY-----\n")
    with transient_settings({"plugins_used": [{"name": name} for name in KEYS]}):
        assert all(keys_in(path) for path in planted), "a key is known when it is seen"
        found = [f"{path.relative_to(ROOT)}: {kind}" for path in files for kind in keys_in(path)]
    assert len(files) > 100
    assert not found, found
