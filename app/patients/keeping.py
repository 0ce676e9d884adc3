"""What each room keeps of a person, said once: it is told to her when she asks (GDPR article 15), and ends when its
time is over (article 5). A table with a way to a person that no room declares fails a test."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute

from app.core.db import Model

Column = InstrumentedAttribute[Any]


@dataclass(frozen=True)
class Term:
    """The rows of a table end by themselves, so long after this column says; those without it stay with the person."""

    after: Column
    lasts: timedelta


@dataclass(frozen=True)
class Kept:
    """One table. `title`: as she reads it. `way`: the columns that lead from a row to her, the first of this table.

    `hidden`: columns that say nothing of her, or are keys. `act`: when something was last done for her here; her record
    lives as long after the latest of all. `term`: shorter than her record. `untold`: why no row is in her copy.
    """

    model: type[Model]
    title: str
    way: tuple[Column, ...]
    hidden: Collection[str] = ()
    act: Column | None = None
    term: Term | None = None
    untold: str = ""

    @property
    def table(self) -> str:
        return str(self.model.__tablename__)

    def of(self, people: Collection[UUID]) -> ColumnElement[bool]:
        """Which rows are about these people."""
        return _leads(self.way, lambda last: last.in_(people))

    def leading(self, hers: Select[UUID]) -> ColumnElement[bool]:
        """The same, of people whom a statement around this one knows."""
        return _leads(self.way, lambda last: last.in_(hers))


def _leads(way: Sequence[Column], ends: Callable[[Column], ColumnElement[bool]]) -> ColumnElement[bool]:
    first, *rest = way
    if not rest:
        return ends(first)
    return first.in_(select(rest[0].class_.id).where(_leads(rest, ends)))


_kept: dict[tuple[str, str], Kept] = {}


def keep(*kept: Kept) -> None:
    """Declare what a room keeps; several ways of one table to a person are several lines."""
    _kept.update({(each.table, each.way[0].key): each for each in kept})


def all_kept() -> Iterable[Kept]:
    """In the order of the floors, a room below before those above it."""
    return _kept.values()
