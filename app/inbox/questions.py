"""What the requester answered to the pathway's questions, in words."""

from datetime import date
from typing import Any

from app.care_requests.models import CareRequest
from app.core.words import french_date
from app.pathways.schema import Question


def answers_of(request: CareRequest, *, shown_only: bool = False) -> list[tuple[str, str]]:
    """Question and answer. `shown_only`: those that whoever is asked may read before she accepts."""
    given = request.answers
    asked = [question for question in request.rulebook.questions if question.shown or not shown_only]
    told = ((question.label, in_words(question, given.get(question.slug))) for question in asked)
    return [(label, words) for label, words in told if words]


def in_words(question: Question, answer: Any) -> str:
    if answer is None or answer == "":
        return ""
    if question.options:  # Only what is chosen from a list can be shown early, so nothing else is taken for a choice.
        labels = {option.slug: option.label for option in question.options}
        chosen = answer if isinstance(answer, list) else [answer]
        return ", ".join(labels[slug] for slug in chosen if slug in labels)
    if question.kind == "date":
        return _day(str(answer))
    return f"{answer}\u00a0{question.unit}" if question.unit else str(answer)


def _day(written: str) -> str:
    try:
        return french_date(date.fromisoformat(written))
    except ValueError:
        return written
