"""The grids that this Relais knows, and each as it was when somebody answered it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import cast
from uuid import UUID

import msgspec
from flask import Flask, current_app

from app.assessments.models import GridVersion
from app.assessments.rules import VARIABLES
from app.assessments.schema import AssessmentGrid
from app.core.db import db, written_once
from app.core.files import read_file

CATALOG = Path(__file__).parent / "catalog"


def read_grid(path: Path) -> AssessmentGrid:
    """The grid that this file describes. Raises `WrongFile`."""
    return read_file(path, AssessmentGrid, mistakes)


def mistakes(grid: AssessmentGrid) -> Iterator[tuple[str, str]]:
    """What the types cannot say: key and words of each."""
    slugs = [item.slug for item in grid.items]
    if len(set(slugs)) < len(slugs):
        yield "items", "two of them have the same slug"
    if bool(grid.items) == (grid.result == "total"):
        yield "items", "a total is written down and asks nothing; everything else asks"
    if bool(grid.most) != (grid.result == "total"):
        yield "most", "of a total, and only of one"
    for n, item in enumerate(grid.items):
        if len(choices := grid.choices_of(item)) < 2 or len({each.slug for each in choices}) < len(choices):
            yield f"items[{n}].choices", "two or more are needed, each with its own slug"
    if grid.result == "gir" and not {part for parts in VARIABLES.values() for part in parts} <= set(slugs):
        yield "items", "a GIR needs every part of every variable"
    if [each.at_least for each in grid.readings] != sorted({each.at_least for each in grid.readings}):
        yield "readings", "from the least to the most, none twice"


def load_grids(folder: Path = CATALOG) -> dict[str, AssessmentGrid]:
    read = (read_grid(path) for path in folder.glob("*.toml"))
    return {grid.slug: grid for grid in sorted(read, key=lambda grid: grid.order)}


def grids() -> dict[str, AssessmentGrid]:
    """By slug, in the order in which they are offered."""
    return cast(dict[str, AssessmentGrid], current_app.extensions["grids"])


def grid_of(version_id: UUID) -> AssessmentGrid:
    """The grid as it was. A version never changes, so that it is read once."""
    known: dict[UUID, AssessmentGrid] = current_app.extensions["grid_versions"]
    if version_id not in known:
        known[version_id] = msgspec.json.decode(db.session.get_one(GridVersion, version_id).body, type=AssessmentGrid)
    return known[version_id]


def version_id_of(grid: AssessmentGrid, *, now: datetime) -> UUID:
    """The id of the row that holds this very grid; written at its first use."""
    return written_once(GridVersion, msgspec.json.encode(grid), slug=grid.slug, created_at=now)


def init_app(app: Flask) -> None:
    app.extensions["grids"] = load_grids()
    app.extensions["grid_versions"] = {}
