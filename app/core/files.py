"""What a file in TOML describes, read against its types to the last key. Whatever is wrong, the error names the file,
the line and the key."""

import re
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

Thing = TypeVar("Thing", bound=msgspec.Struct)

Mistakes = Callable[[Thing], Iterable[tuple[str, str]]]
"""What the types cannot say of a thing: key and words of each."""


class WrongFile(ValueError):
    """What cannot be used. The message of a file's mistake names the file, the line and the key."""

    def __init__(self, words: str, key: str = "", line: int = 0) -> None:
        super().__init__(words)
        self.words, self.key, self.line = words, key, line


class NotToml(WrongFile):
    """A text that is no TOML at all. The words are those of who read it, and mostly end with line and column."""


def read_file(path: Path, kind: type[Thing], mistakes: Mistakes[Thing]) -> Thing:
    """The thing that this file describes; its name is the slug. Raises `WrongFile`."""
    try:
        return read_source(path.read_text(encoding="utf-8"), path.stem, kind, mistakes)
    except NotToml as error:
        raise NotToml(f"{path.name}: {error.words}", line=error.line) from None
    except WrongFile as error:
        at = f"line {error.line}: {error.key or 'top'}"
        raise WrongFile(f"{path.name}: {at}: {error.words}", error.key, error.line) from None


def read_source(source: str, slug: str, kind: type[Thing], mistakes: Mistakes[Thing]) -> Thing:
    """What the text of such a file describes. Raises `WrongFile` with the line, `NotToml` among them."""
    try:
        table = tomllib.loads(source)
    except (ValueError, RecursionError) as error:  # A number, or brackets, without end: it has no line.
        at = re.search(r"at line (\d+)", str(error))
        raise NotToml(f"{error}", line=int(at[1]) if at else 1) from None
    try:
        return read_table({**table, "slug": slug}, kind, mistakes)
    except WrongFile as error:
        raise WrongFile(error.words, error.key, line_of(source, error.key)) from None


def read_table(table: object, kind: type[Thing], mistakes: Mistakes[Thing]) -> Thing:
    """What such a table describes. Raises `WrongFile` with what is wrong and the key."""
    thing = converted(table, kind)
    for key, words in mistakes(thing):
        raise WrongFile(words, key)
    return thing


def converted(table: object, kind: type[Thing]) -> Thing:
    """By the types alone. Raises `WrongFile`."""
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        words, _, place = str(error).partition(" - at `$")
        key = place.strip(".`")
        unknown = re.search(r"(?:unknown|required) field `(\w+)`", words)
        raise WrongFile(words, f"{key}.{unknown[1]}".strip(".") if unknown else key) from None


def line_of(source: str, key: str) -> int:
    """The line on which `search.stages[2].km` stands, or that of the nearest table above it when it is missing."""
    counts: dict[str, int] = {}
    table, best, found = "", 0, 1
    for number, line in enumerate(source.splitlines(), 1):
        if header := re.match(r"\s*\[(\[)?\s*([\w.-]+)\s*\]", line):
            table = _counted(header[2], counts) if header[1] else header[2]
            here = table
        elif pair := re.match(r"\s*([\w-]+)\s*=", line):
            here = f"{table}.{pair[1]}".strip(".")
        else:
            continue
        if len(here) > best and (key == here or re.match(re.escape(here) + r"[.\[]", key)):
            best, found = len(here), number
    return found


def _counted(name: str, counts: dict[str, int]) -> str:
    counts[name] = counts.get(name, -1) + 1
    return f"{name}[{counts[name]}]"
