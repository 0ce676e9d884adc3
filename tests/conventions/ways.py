"""The ways of the house, found by walking them: which functions run between a tap and the row that it leaves."""

import ast
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from sqlalchemy import event

from app.core.db import db

ROOT = Path(__file__).parents[2]

FLOOR = ("app/config.py", "app/clock.py", "app/language/", "app/core/", "app/audit/", "app/live/", "app/accounts/")
"""What every change of a row passes and is learnt once: settings, the clock, phrases, `transaction()` and the other
words of the floor, the line of the trail (`record`), the screens that are out of date (`changed`), who is signed in
(`me`)."""

STEP = 50


class Function(NamedTuple):
    """`file`: under the root of the repository; `name`: dotted, of a method with its class; `begins`: its first line,
    decorators included."""

    file: str
    begins: int
    lines: int
    name: str


@dataclass
class Way:
    """What runs on it, each function once; files in the order in which it comes to them, without those of `FLOOR`."""

    name: str
    files: dict[str, set[Function]] = field(default_factory=dict)
    on_the_floor: set[str] = field(default_factory=set)

    def passes(self, function: Function) -> None:
        if function.file.startswith(FLOOR):
            self.on_the_floor.add(function.file)
        else:
            self.files.setdefault(function.file, set()).add(function)

    @property
    def lines(self) -> tuple[int, int]:
        """(of the whole files, of the functions that run), rounded up to the next `STEP`: who adds a line to a file
        need not write this page again."""
        whole = sum(len((ROOT / file).read_text(encoding="utf-8").splitlines()) for file in self.files)
        run = sum(function.lines for functions in self.files.values() for function in functions)
        return _rounded(whole), _rounded(run)

    @property
    def text(self) -> str:
        """How one reads it: every file, and in it what runs."""
        return "\n".join(
            f"{number}. `{file.removeprefix('app/')}`: {', '.join(each.name for each in sorted(functions))}"
            for number, (file, functions) in enumerate(self.files.items(), 1)
        )


def _rounded(lines: int) -> int:
    return -(-lines // STEP) * STEP


@contextmanager
def walking(name: str, first: Callable[..., object]) -> Iterator[Way]:
    """Follow what runs in `app/`, from the call of `first` to the last commit inside this block."""
    way, begins = Way(name), _plain(first).__code__
    since: list[Function] = []
    under_way = False

    def follow(frame: FrameType, happened: str, _given: object) -> None:
        nonlocal under_way
        if happened != "call":
            return
        under_way = under_way or frame.f_code is begins
        function = _function(frame.f_code.co_filename, frame.f_code.co_firstlineno) if under_way else None
        if function:
            since.append(function)

    def arrive(_session: object) -> None:
        for function in since:
            way.passes(function)
        since.clear()

    event.listen(db.session, "after_commit", arrive)
    sys.setprofile(follow)
    try:
        yield way
    finally:
        sys.setprofile(None)
        event.remove(db.session, "after_commit", arrive)


def _plain(function: Callable[..., object]) -> Callable[..., object]:
    """Without its guards and limits, which every request passes before."""
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    return function


@cache
def _function(file: str, line: int) -> Function | None:
    """The function of ours around this line; none for other people's, and for what a module or a class does at once."""
    path = Path(file)
    if path.suffix != ".py" or not path.is_relative_to(ROOT / "app"):
        return None
    around = [each for each in _functions(path) if each.begins <= line < each.begins + each.lines]
    return around[0] if around else None


@cache
def _functions(path: Path) -> list[Function]:
    """Those that stand in no other."""
    found: list[Function] = []

    def look(body: list[ast.stmt], within: str) -> None:
        for each in body:
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
                begins = min([each.lineno, *(decorator.lineno for decorator in each.decorator_list)])
                lines = (each.end_lineno or begins) - begins + 1
                found.append(Function(path.relative_to(ROOT).as_posix(), begins, lines, within + each.name))
            elif isinstance(each, ast.ClassDef):
                look(each.body, f"{within}{each.name}.")

    look(ast.parse(path.read_text(encoding="utf-8")).body, "")
    return found
