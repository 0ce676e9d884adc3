"""Pathways as hypothesis draws them: whatever search a file may describe, and the real reader accepts."""

import tomllib
from typing import Any

from hypothesis import strategies as st

from app.pathways.library import CATALOG
from app.pathways.reading import parse_pathway
from app.pathways.schema import Pathway

HOME_CARE = tomllib.loads((CATALOG / "home-care.toml").read_text(encoding="utf-8"))
URGENT = {**HOME_CARE["reasons"][0], "slug": "urgent", "urgent": True}
REASONS = ("dressing", "urgent", "physiotherapy")
"""A need of the profession that the search names, one that rings at any hour, and one that names another profession."""

PROFESSIONS = ("nurse", "nurse", "physiotherapist", "maternity")
MOST_STAGES, MOST_OFFERS = 5, 4

minutes = st.sampled_from((5, 20, 30, 60, 240))
awake = st.lists(st.integers(0, 23), min_size=2, max_size=2, unique=True).map(sorted)


@st.composite
def searches(draw: st.DrawFn) -> dict[str, Any]:
    """The `[search]` of a file: stages of any kind in any order, circles wider each time."""
    choice, stages = draw(st.sampled_from(("first", "requester"))), draw(_stages())
    asked = [stage["offers"] for stage in stages if "km" in stage]
    return {
        "profession": draw(st.sampled_from(PROFESSIONS)),
        "stages": stages,
        "hours": draw(st.none() | st.just([7, 21]) | awake),
        "choice": choice,
        "proposals": draw(st.integers(1, min(asked, default=4) if choice == "requester" else 4)),
        "answer_hours": draw(st.sampled_from((0, 0, 1, 5, 96))),
        "around": draw(st.sampled_from(("patient", "requester"))),
    }


@st.composite
def _stages(draw: st.DrawFn) -> list[dict[str, Any]]:
    kinds = st.sampled_from(("circle", "practice", "chosen", "near", "near", "other"))
    reached: dict[tuple[str, ...], int] = {}
    return [_stage(draw, kind, reached) for kind in draw(st.lists(kinds, min_size=1, max_size=MOST_STAGES))]


def _stage(draw: st.DrawFn, kind: str, reached: dict[tuple[str, ...], int]) -> dict[str, Any]:
    stage = {"kind": kind, "minutes": draw(minutes), "offer_minutes": draw(minutes)}
    stage["offers"] = draw(st.integers(1, MOST_OFFERS))
    if kind == "other":
        named = st.lists(st.sampled_from(PROFESSIONS[1:]), min_size=1, max_size=2, unique=True)
        stage["professions"] = sorted(draw(named))
    if kind in ("near", "other"):
        whom = tuple(stage.get("professions", ()))
        stage["km"] = reached[whom] = reached.get(whom, 0) + draw(st.integers(1, 8))
    return stage


def pathway(search: dict[str, Any]) -> Pathway:
    """Home care, looked for in this way. Raises `WrongFile` when a file could not say so."""
    chosen = any(stage["kind"] == "chosen" for stage in search["stages"])
    reasons = [*HOME_CARE["reasons"], URGENT]
    place = "maternity" if chosen else None
    return parse_pathway({**HOME_CARE, "slug": "drawn", "reasons": reasons, "place": place, "search": search})
