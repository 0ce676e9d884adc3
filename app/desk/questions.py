"""The questions of a pathway's file, answered: as words to read again."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.core.words import french_date
from app.pathways.schema import Pathway, Question


def answers_in_words(pathway: Pathway, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was asked and answered, ready to be read."""
    told = ((question, answers.get(question.slug)) for question in pathway.questions)
    return [(question.label, _said(question, answer)) for question, answer in told if answer not in (None, "", [])]


def _said(question: Question, answer: Any) -> str:
    labels = {option.slug: option.label for option in question.options}
    if question.options:
        given = answer if isinstance(answer, list) else [answer]
        return ", ".join(labels.get(slug, str(slug)) for slug in given)
    if question.kind == "date":
        return french_date(date.fromisoformat(answer))
    if question.kind == "number":
        return f"{answer:g}".replace(".", ",") + (f"\u00a0{question.unit}" if question.unit else "")
    return str(answer)
