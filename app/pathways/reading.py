"""Reading a pathway file, and what its types cannot say."""

import enum
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.core.files import WrongFile, converted, read_file, read_source, read_table
from app.pathways.schema import Pathway, Search


class Flaw(enum.StrEnum):
    """What the types cannot say, in the words of the command line; the screen has its own."""

    NONE = "at least one is needed"
    TWICE = "two of them have the same slug"
    WINDOW_ENDS = "must come after from_hour"
    HOURS_END = "must end after they begin"
    PLACE = "a chosen stage needs to know what is chosen, and nothing else does"
    OPTIONS = "are what one chooses from, and only there"
    SHOWN = "only what is chosen from a list may be shown before acceptance"
    ONLY_IF = "names no answer to a question above"
    REASONS = "names a reason that the pathway does not have"
    TWO_CONDITIONS = "a question depends on an answer or on the reason, and not on both"
    NOBODY = "leave nobody to ask for one of the reasons"
    WIDER = "must be wider than the stage before"
    ANY_DISTANCE = "only a stage of kind near or other counts a distance"
    PROFESSIONS = "are those that a stage of kind other asks"
    TOO_FEW = "fewer are asked than the requester is to choose from"


def read_pathway(path: Path) -> Pathway:
    """The pathway that this file describes. Raises `WrongFile`."""
    return read_file(path, Pathway, mistakes)


def read_text(source: str, slug: str) -> Pathway:
    """The pathway that the text of such a file describes. Raises `WrongFile` with the line, `NotToml` among them."""
    return read_source(source, slug, Pathway, mistakes)


def parse_pathway(table: object) -> Pathway:
    """The pathway that such a table describes. Raises `WrongFile` with what is wrong and the key."""
    return read_table(table, Pathway, mistakes)


ONE_AT_LEAST: dict[str, Any] = {
    "modes": ["home"],
    "reasons": [{"slug": "any", "label": "-", "care": "-", "icon": "house", "minutes": 1}],
    "windows": [{"slug": "any", "label": "-", "hours": 1}],
    "search.stages": [{"kind": "near", "km": 1, "minutes": 1, "offer_minutes": 1, "offers": 100}],
}
"""Stands in for what is still to be written, so that it does not hide what is wrong elsewhere."""


def problems(table: dict[str, Any]) -> list[tuple[str, str]]:
    """All that keeps a table that is being written from being a pathway: key and words of each. None: it is one."""
    search = table.get("search", {})
    whole = {**table, "search": {**search, "stages": search.get("stages") or ONE_AT_LEAST["search.stages"]}}
    whole |= {key: table.get(key) or ONE_AT_LEAST[key] for key in ("modes", "reasons", "windows")}
    missing = [key for key in ("modes", "reasons", "windows") if not table.get(key)]
    missing += [] if search.get("stages") else ["search.stages"]
    found: list[tuple[str, str]] = [(key, Flaw.NONE) for key in missing]
    try:
        pathway = converted(whole, Pathway)
    except WrongFile as wrong:
        return [*found, (wrong.key, wrong.words)]
    # The same key may be wrong for each of many reasons: it is said once.
    others = [(key, words) for key, words in mistakes(pathway) if key.partition("[")[0] not in missing]
    return [*found, *dict.fromkeys(others)]


def mistakes(pathway: Pathway) -> Iterator[tuple[str, Flaw]]:
    """What the types cannot say: key and words of each."""
    for key, things in (
        ("reasons", pathway.reasons),
        ("windows", pathway.windows),
        ("questions", pathway.questions),
        ("after.tasks", pathway.after.tasks),
    ):
        slugs = [thing.slug for thing in things]
        if len(set(slugs)) < len(slugs):
            yield key, Flaw.TWICE
    for n, window in enumerate(pathway.windows):
        if not window.hours and window.from_hour >= window.to_hour:
            yield f"windows[{n}].to_hour", Flaw.WINDOW_ENDS
    yield from _question_mistakes(pathway)
    yield from _stage_mistakes(pathway.search)
    yield from _reason_mistakes(pathway)
    if pathway.search.hours and pathway.search.hours[0] >= pathway.search.hours[1]:
        yield "search.hours", Flaw.HOURS_END
    if any(stage.kind == "chosen" for stage in pathway.search.stages) != (pathway.place is not None):
        yield "place", Flaw.PLACE


def _question_mistakes(pathway: Pathway) -> Iterator[tuple[str, Flaw]]:
    before: dict[str, set[str]] = {}
    for n, question in enumerate(pathway.questions):
        chosen = question.kind in ("choice", "choices")
        if chosen != bool(question.options):
            yield f"questions[{n}].options", Flaw.OPTIONS
        if len({option.slug for option in question.options}) < len(question.options):
            yield f"questions[{n}].options", Flaw.TWICE
        if question.shown and not chosen:
            yield f"questions[{n}].shown", Flaw.SHOWN
        if question.only_if and question.only_if[1] not in before.get(question.only_if[0], ()):
            yield f"questions[{n}].only_if", Flaw.ONLY_IF
        if not set(question.reasons) <= {reason.slug for reason in pathway.reasons}:
            yield f"questions[{n}].reasons", Flaw.REASONS
        if question.only_if and question.reasons:
            yield f"questions[{n}].only_if", Flaw.TWO_CONDITIONS
        before[question.slug] = {option.slug for option in question.options}


def _reason_mistakes(pathway: Pathway) -> Iterator[tuple[str, Flaw]]:
    known = {reason.slug for reason in pathway.reasons}
    for n, stage in enumerate(pathway.search.stages):
        if not set(stage.reasons) <= known:
            yield f"search.stages[{n}].reasons", Flaw.REASONS
    for reason in pathway.reasons:
        if not pathway.search_for(reason.slug).stages:
            yield "search.stages", Flaw.NOBODY


def _stage_mistakes(search: Search) -> Iterator[tuple[str, Flaw]]:
    stages, choices = search.stages, search.proposals if search.choice == "requester" else 0
    reached: dict[tuple[str, ...], int] = {}
    for n, stage in enumerate(stages):
        away = stage.kind in ("near", "other")
        if away and stage.km <= reached.get(stage.professions, 0):
            yield f"search.stages[{n}].km", Flaw.WIDER
        if not away and stage.km:
            yield f"search.stages[{n}].km", Flaw.ANY_DISTANCE
        if (stage.kind == "other") != bool(stage.professions):
            yield f"search.stages[{n}].professions", Flaw.PROFESSIONS
        if away and stage.offers < choices:
            yield f"search.stages[{n}].offers", Flaw.TOO_FEW
        if away:
            reached[stage.professions] = stage.km
