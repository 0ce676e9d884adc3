"""Pages lead downhill by their address, and anywhere else by a name of which only the shell knows the room."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from flask import Flask

from app.shell.ways import PIECES, WAYS

ROOT = Path(__file__).parents[2]
ADDRESS = re.compile(r"""\burl_for\(\s*["'](\w+)\.\w+["']""")
TEMPLATE = re.compile(r"""{%-?\s*(?:include|import|from|extends)\s*["']([\w-]+)/""")
PIECE = re.compile(r"""\bpiece\(\s*["']([\w-]+)["']""")
NAME = re.compile(r"""\b(?:way|Opens)\(\s*["']([\w-]+)["']""")


def sources() -> Iterator[tuple[str, str, str]]:
    """(room, file, text) of everything that may write an address."""
    for file in sorted((ROOT / "app").rglob("*")):
        if file.suffix not in (".py", ".html", ".js", ".txt"):
            continue
        parts = file.relative_to(ROOT / "app").parts
        if parts[0] == "templates":
            parts = parts[1:] if len(parts) > 2 else ("shell",)  # the frames of every page
        if parts[0] != "static":
            yield parts[0].removesuffix(".py"), str(file.relative_to(ROOT)), file.read_text()


def levels() -> dict[str, int]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = reversed(contracts[0]["layers"])
    return {room: level for level, names in enumerate(layers) for room in re.findall(r"app\.(\w+)", names)}


def rooms_of_blueprints() -> dict[str, str]:
    """Whose pages they are, by the name in front of the dot."""
    named = re.compile(r"Blueprint\(\s*\"(\w+)\"")
    return {name: room for room, _file, text in sources() for name in named.findall(text)}


def test_no_address_of_a_room_above_or_beside() -> None:
    level, owner, offenders = levels(), rooms_of_blueprints(), []
    for room, file, text in sources():
        for blueprint in ADDRESS.findall(text):
            other = owner[blueprint]
            if room in level and other != room and level[other] >= level[room]:
                offenders.append(f"{file}: url_for('{blueprint}.…') of {other}; give it a name in app/shell/ways.py")
    assert not offenders, "\n".join(offenders)


def test_no_piece_of_a_room_above_or_beside() -> None:
    """The frames around every page (`layout.html`, `_components.html`) have no room, and are anybody's."""
    level, offenders = levels(), []
    for room, file, text in sources():
        for other in TEMPLATE.findall(text):
            if room in level and other in level and other != room and level[other] >= level[room]:
                offenders.append(f"{file}: a piece of {other}; give it a name among the PIECES of app/shell/ways.py")
    assert not offenders, "\n".join(offenders)


def test_every_piece_is_known_and_every_known_piece_is_shown(house: Flask) -> None:
    shown = {name for _room, _file, text in sources() for name in PIECE.findall(text)}
    assert shown == set(PIECES)
    assert set(PIECES.values()) <= set(house.jinja_env.list_templates())


def test_every_name_is_known_and_every_known_name_is_used(house: Flask) -> None:
    used = {name for _room, _file, text in sources() for name in NAME.findall(text)}
    assert used == set(WAYS)
    assert set(WAYS.values()) <= set(house.view_functions)
