"""Reading a pathway file. Whatever is wrong with it, the error names the file, the line and the key."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from app.pathways.schema import Pathway, Search


class WrongPathway(ValueError):
    """A pathway that cannot be used. The message of a file's mistake names the file, the line and the key."""

    def __init__(self, words: str, key: str = "") -> None:
        super().__init__(words)
        self.words, self.key = words, key


def read_pathway(path: Path) -> Pathway:
    """The pathway that this file describes. Raises `WrongPathway`."""
    source = path.read_text(encoding="utf-8")
    try:
        table = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:  # Its message ends with the line and the column.
        raise WrongPathway(f"{path.name}: {error}") from None
    try:
        return parse_pathway({**table, "slug": path.stem})
    except WrongPathway as error:
        at = f"{path.name}: line {line_of(source, error.key)}: {error.key or 'top'}"
        raise WrongPathway(f"{at}: {error.words}", error.key) from None


def parse_pathway(table: object) -> Pathway:
    """The pathway that such a table describes. Raises `WrongPathway` with what is wrong and the key."""
    try:
        pathway = msgspec.convert(table, Pathway)
    except msgspec.ValidationError as error:
        words, _, place = str(error).partition(" - at `$")
        key = place.strip(".`")
        unknown = re.search(r"(?:unknown|required) field `(\w+)`", words)
        raise WrongPathway(words, f"{key}.{unknown[1]}".strip(".") if unknown else key) from None
    for key, words in mistakes(pathway):
        raise WrongPathway(words, key)
    return pathway


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


def mistakes(pathway: Pathway) -> Iterator[tuple[str, str]]:
    """What the types cannot say: key and words of each."""
    for key, things in (
        ("reasons", pathway.reasons),
        ("windows", pathway.windows),
        ("questions", pathway.questions),
        ("after.tasks", pathway.after.tasks),
    ):
        slugs = [thing.slug for thing in things]
        if len(set(slugs)) < len(slugs):
            yield key, "two of them have the same slug"
    for n, window in enumerate(pathway.windows):
        if not window.hours and window.from_hour >= window.to_hour:
            yield f"windows[{n}].to_hour", "must come after from_hour"
    yield from _question_mistakes(pathway)
    yield from _stage_mistakes(pathway.search)
    yield from _reason_mistakes(pathway)
    if pathway.search.hours and pathway.search.hours[0] >= pathway.search.hours[1]:
        yield "search.hours", "must end after they begin"
    if any(stage.kind == "chosen" for stage in pathway.search.stages) != (pathway.place is not None):
        yield "place", "a chosen stage needs to know what is chosen, and nothing else does"


def _question_mistakes(pathway: Pathway) -> Iterator[tuple[str, str]]:
    before: dict[str, set[str]] = {}
    for n, question in enumerate(pathway.questions):
        chosen = question.kind in ("choice", "choices")
        if chosen != bool(question.options):
            yield f"questions[{n}].options", "are what one chooses from, and only there"
        if question.shown and not chosen:
            yield f"questions[{n}].shown", "only what is chosen from a list may be shown before acceptance"
        if question.only_if and question.only_if[1] not in before.get(question.only_if[0], ()):
            yield f"questions[{n}].only_if", "names no answer to a question above"
        if not set(question.reasons) <= {reason.slug for reason in pathway.reasons}:
            yield f"questions[{n}].reasons", "names a reason that the pathway does not have"
        if question.only_if and question.reasons:
            yield f"questions[{n}].only_if", "a question depends on an answer or on the reason, and not on both"
        before[question.slug] = {option.slug for option in question.options}


def _reason_mistakes(pathway: Pathway) -> Iterator[tuple[str, str]]:
    known = {reason.slug for reason in pathway.reasons}
    for n, stage in enumerate(pathway.search.stages):
        if not set(stage.reasons) <= known:
            yield f"search.stages[{n}].reasons", "names a reason that the pathway does not have"
    for reason in pathway.reasons:
        if not pathway.search_for(reason.slug).stages:
            yield "search.stages", f"leave nobody to ask for {reason.slug}"


def _stage_mistakes(search: Search) -> Iterator[tuple[str, str]]:
    stages, choices = search.stages, search.proposals if search.choice == "requester" else 0
    reached: dict[tuple[str, ...], int] = {}
    for n, stage in enumerate(stages):
        away = stage.kind in ("near", "other")
        if away and stage.km <= reached.get(stage.professions, 0):
            yield f"search.stages[{n}].km", "must be wider than the stage before"
        if not away and stage.km:
            yield f"search.stages[{n}].km", f"a stage of kind {stage.kind} asks at any distance"
        if (stage.kind == "other") != bool(stage.professions):
            yield f"search.stages[{n}].professions", "are those that a stage of kind other asks"
        if away and stage.offers < choices:
            yield f"search.stages[{n}].offers", "fewer are asked than the requester is to choose from"
        if away:
            reached[stage.professions] = stage.km
