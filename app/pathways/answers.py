"""What the answers to a file's questions mean for the others, and for the request."""

from collections.abc import Collection, Mapping
from typing import Any

from app.pathways.schema import Pathway, Question


def is_asked(question: Question, pathway: Pathway, reasons: Collection[str], answers: Mapping[str, Any]) -> bool:
    """Without a condition, always; else for one of its `reasons`, or when the answer above makes it so, and was itself
    asked for."""
    if question.reasons and set(question.reasons).isdisjoint(reasons):
        return False
    if question.only_if is None:
        return True
    slug, wanted = question.only_if
    above = next(each for each in pathway.questions if each.slug == slug)
    given = answers.get(slug)
    said = wanted in given if isinstance(given, list) else given == wanted
    return said and is_asked(above, pathway, reasons, answers)


def stopping(question: Question, answer: Any) -> str:
    """Why a request with this answer cannot be sent; empty when it can."""
    given = answer if isinstance(answer, list) else [answer]
    return " ".join(option.stops for option in question.options if option.stops and option.slug in given)
