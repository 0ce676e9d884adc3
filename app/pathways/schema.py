"""What a pathway file holds, checked to the last key."""

import tomllib
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path
from typing import Any


class WrongPathway(ValueError):
    """A pathway file that cannot be used; the message names the file and the key."""


@dataclass(frozen=True)
class Reason:
    """Why the patient needs someone. `care` is what a phone may show of it: a family, never a diagnosis."""

    slug: str
    label: str
    care: str
    icon: str
    minutes: int  # how long the act takes, for the professional's round


@dataclass(frozen=True)
class Window:
    """When it is to happen: from now, for `hours`; or a day, counted from today, from one local hour to another."""

    slug: str
    label: str
    hours: int = 0
    day: int = 0
    from_hour: int = 0
    to_hour: int = 0


@dataclass(frozen=True)
class Search:
    """How patiently and how far someone is looked for. Minutes of patience, kilometres of radius."""

    profession: str
    live_offers: int
    usual_minutes: int
    offer_minutes: int
    stage_minutes: int
    radii_km: tuple[int, ...]

    @property
    def usual_patience(self) -> timedelta:
        return timedelta(minutes=self.usual_minutes)

    @property
    def offer_patience(self) -> timedelta:
        return timedelta(minutes=self.offer_minutes)

    @property
    def stage_patience(self) -> timedelta:
        return timedelta(minutes=self.stage_minutes)


@dataclass(frozen=True)
class Pathway:
    """One kind of request, as its file describes it."""

    slug: str
    version: int
    title: str
    short_title: str
    icon: str
    explanation: str
    agreement: str
    modes: tuple[str, ...]
    reasons: tuple[Reason, ...]
    windows: tuple[Window, ...]
    search: Search

    def reason(self, slug: str) -> Reason:
        return next(reason for reason in self.reasons if reason.slug == slug)

    def window(self, slug: str) -> Window:
        return next(window for window in self.windows if window.slug == slug)


MODES = ("home", "practice")
PROFESSIONS = ("nurse", "midwife", "doctor", "physiotherapist", "pharmacist")


def read_pathway(path: Path) -> Pathway:
    """Raises `WrongPathway` naming the file and the key, whatever is wrong with it."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:  # Its message ends with the line and the column.
        raise WrongPathway(f"{path.name}: {error}") from None
    reasons = tuple(_build(Reason, row, path, f"reasons[{i}]") for i, row in enumerate(table.pop("reasons", [])))
    windows = tuple(_build(Window, row, path, f"windows[{i}]") for i, row in enumerate(table.pop("windows", [])))
    search_table = table.pop("search", {})
    search = _build(Search, {**search_table, "radii_km": tuple(search_table.get("radii_km", ()))}, path, "search")
    parts = {"reasons": reasons, "windows": windows, "search": search, "modes": tuple(table.pop("modes", ()))}
    pathway: Pathway = _build(Pathway, {**table, **parts, "slug": path.stem}, path, "")
    _check(pathway, path)
    return pathway


def _build(kind: type[Any], row: dict[str, Any], path: Path, key: str) -> Any:
    known = {field.name: field for field in fields(kind)}
    for name in row.keys() - known.keys():
        raise WrongPathway(f"{path.name}: {key}.{name} is not a key of a pathway".replace(": .", ": "))
    try:
        built = kind(**row)
    except TypeError as error:
        raise WrongPathway(f"{path.name}: {key or 'top'}: {error}") from None
    for name, field in known.items():
        if field.type in (int, str) and not isinstance(getattr(built, name), field.type):
            raise WrongPathway(f"{path.name}: {key}.{name} must be of type {field.type.__name__}")
    return built


def _check(pathway: Pathway, path: Path) -> None:
    search = pathway.search
    conditions = {
        "reasons": pathway.reasons and len({r.slug for r in pathway.reasons}) == len(pathway.reasons),
        "windows": pathway.windows and len({w.slug for w in pathway.windows}) == len(pathway.windows),
        "modes": pathway.modes and set(pathway.modes) <= set(MODES),
        "search.profession": search.profession in PROFESSIONS,
        "search.live_offers": search.live_offers > 0,
        "search.usual_minutes": search.usual_minutes > 0,
        "search.offer_minutes": search.offer_minutes > 0,
        "search.stage_minutes": search.stage_minutes > 0,
        "search.radii_km": search.radii_km and list(search.radii_km) == sorted(set(search.radii_km)),
    }
    for key, holds in conditions.items():
        if not holds:
            raise WrongPathway(f"{path.name}: {key} is missing or cannot be used")
