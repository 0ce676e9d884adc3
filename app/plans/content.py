"""What a part says, from its row and back, and what of it points to other rows."""

import json
from datetime import date
from uuid import UUID

from app.core.forms import uuid_or_none
from app.plans.models import CarePlanPart, CarePlanVersion
from app.plans.rules import Content, PartChange, PartOfPlan

PERSON, MEMBER, RELATIVE, REQUEST = "person", "member", "relative", "request"
"""Whose an action is: hers, `member:<id>` of the team, `relative:<id>`; which care request it is: `request:<id>`."""


def read(row: CarePlanPart) -> PartOfPlan:
    return PartOfPlan(row.id, row.kind, row.parent_id, row.rank, row.state, json.loads(row.content), row.version)


def content_of(row: CarePlanVersion) -> Content:
    found: dict[str, str] = json.loads(row.content)
    return found


def read_change(row: CarePlanVersion) -> PartChange:
    part = PartOfPlan(row.part_id, row.part.kind, row.parent_id, row.rank, row.state, content_of(row), row.number)
    return PartChange(row.number, row.verb, part)


def written(content: Content) -> str:
    """A field that says nothing is left out."""
    return json.dumps({name: words for name, words in content.items() if words}, ensure_ascii=False)


def day_of(content: Content, name: str = "due") -> date | None:
    said = content.get(name)
    return date.fromisoformat(said) if said else None


def id_of(content: Content, name: str, kind: str) -> UUID | None:
    """The id of who is meant, if it is one of this kind."""
    before, _colon, said = content.get(name, "").partition(":")
    return uuid_or_none(said) if before == kind else None
