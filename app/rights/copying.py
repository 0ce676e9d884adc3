"""A copy of everything that is kept of a person (GDPR articles 15 and 20): as JSON for a machine, and as a PDF to read.

It is made in memory, given once and kept nowhere; the trail says to whom.
"""

import base64
import json
from collections.abc import Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any, NamedTuple
from uuid import UUID

from flask import Response
from sqlalchemy import inspect as mapped
from sqlalchemy import select

from app.accounts.models import Account
from app.audit.actions import record
from app.audit.models import AuditEvent
from app.audit.words import ACTS, REASONS
from app.core.db import Model, db
from app.directory.models import Practitioner
from app.language.phrases import gettext as _
from app.language.words import date_of
from app.organizations.models import Commune, Organization
from app.patients.keeping import Kept, all_kept
from app.patients.models import Patient
from app.rights.paper import Paper
from app.rights.words import COLUMNS

FORMS = {"json": "application/json", "pdf": "application/pdf"}

Row = dict[str, Any]

FLOORS = [table.name for table in Model.metadata.sorted_tables]
"""She herself first, then what refers to her, and so on."""


class Section(NamedTuple):
    """One table: its name, what she reads above it, its rows as plain values by column."""

    table: str
    title: str
    rows: list[Row]


def records_of(patient_id: UUID) -> list[UUID]:
    """Her own record and those that became one with it."""
    absorbed = select(Patient.id).where(Patient.merged_into_id == patient_id)
    return [patient_id, *db.session.scalars(absorbed)]


def everything_about(patient_id: UUID) -> list[Section]:
    """What each room told, then who looked."""
    people = records_of(patient_id)
    names = Names()
    told = [
        Section(kept.table, str(kept.title), [_row(kept, each, names) for each in _rows_of(kept, people)])
        for kept in sorted(all_kept(), key=lambda each: FLOORS.index(each.table))
        if not kept.untold
    ]
    return [*told, Section("audit_event", _("Qui a fait quoi"), _trail(people, names))]


def _rows_of(kept: Kept, people: Sequence[UUID]) -> Sequence[Model]:
    key = mapped(kept.model).primary_key
    return db.session.scalars(select(kept.model).where(kept.of(people)).order_by(*key)).unique().all()


class Names:
    """Whom a key of ours means, read once each."""

    NAMED: tuple[tuple[str, type[Model]], ...] = (
        ("account", Account),
        ("practitioner", Practitioner),
        ("organization", Organization),
        ("commune", Commune),
    )

    def __init__(self) -> None:
        self._known: dict[tuple[str, Any], str] = {}

    def of(self, table: str, key: Any) -> str:
        model = dict(self.NAMED)[table]
        if (table, key) not in self._known:
            found = db.session.get(model, key)
            self._known[table, key] = str(getattr(found, "name", "")) if found else ""
        return self._known[table, key]


def _row(kept: Kept, row: Model, names: Names) -> Row:
    found: Row = {}
    for attribute in mapped(kept.model).column_attrs:
        column = attribute.columns[0]
        refers = {key.column.table.name for key in column.foreign_keys}
        ours = column.primary_key or refers - {each for each, _model in names.NAMED}
        if attribute.key in kept.hidden or ours or attribute.key == kept.way[0].key:
            continue
        value = getattr(row, attribute.key)
        if value is not None:
            found[attribute.key] = names.of(refers.pop(), value) if refers else _plain(value)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | int | float | bool) else str(value)


def _trail(people: Sequence[UUID], names: Names) -> list[Row]:
    lines = select(AuditEvent).where(AuditEvent.patient_id.in_(people)).order_by(AuditEvent.at, AuditEvent.id)
    return [
        {
            "at": line.at.isoformat(),
            "event": str(ACTS.get(line.event, line.event)),
            "who": names.of("account", line.actor_id) if line.actor_id else "Relais",
            "why": str(REASONS.get(line.why, line.why)),
        }
        for line in db.session.scalars(lines)
    ]


def copy_of(patient_id: UUID, form: str, *, by: UUID | None, now: datetime) -> bytes:
    """The whole copy in this form (`FORMS`). `by`: who asks for her; none: herself, in her space."""
    record("person.exported", patient_id, by, now=now, patient=patient_id, form=form, why="patient asked")
    told = everything_about(patient_id)
    return _as_json(told, now) if form == "json" else _as_paper(told, now)


def given(made: bytes, form: str) -> Response:
    """To keep: nothing of it stays with the browser or on the way."""
    answer = Response(made, content_type=FORMS[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="relais.{form}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _as_json(told: Sequence[Section], now: datetime) -> bytes:
    whole = {"made_at": now.isoformat(), "kept": [section._asdict() for section in told]}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


IN_SHORT = 400
"""Letters of one value on paper: what a document holds stands in the JSON, and on the screen where it is opened."""


def _as_paper(told: Sequence[Section], now: datetime) -> bytes:
    paper = Paper()
    paper.title(_("Tout ce que Relais garde sur moi"))
    paper.line(_("Copie du %(date)s", date=date_of(now)))
    for section in told:
        paper.heading(section.title)
        if not section.rows:
            paper.line(_("Rien."))
        for row in section.rows:
            for name, value in row.items():
                text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                cut = "…" if len(text) > IN_SHORT else ""
                paper.line(_("%(name)s : %(why)s", name=COLUMNS[name], why=text[:IN_SHORT] + cut))
            paper.space()
    return paper.bytes()
