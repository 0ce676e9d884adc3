"""What was owed to an address before all letters had one outbox is owed after, and the other way round."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import downgrade, upgrade

from app import create_app
from app.core.db import db
from app.letters import queries
from app.letters.models import Letter, LetterState
from app.letters.rules import Medium
from tests.conftest import MIGRATIONS, close_engines, settings_for

pytestmark = pytest.mark.long

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
DAY = timedelta(days=1)
BEFORE, AFTER = "0009", "0010"

ACCOUNT, WAITS, LEFT, SHOWN, USED, NEWS, TOLD, CODE, FALLBACK = (UUID(int=n) for n in range(1, 10))


def invitation(row_id: UUID, **more: Any) -> tuple[str, dict[str, Any]]:
    return "invitation", {
        "id": row_id,
        "account_id": ACCOUNT,
        "email": "a@example.org",
        "given_name": "A",
        "family_name": "B",
        "attempts": 0,
        "created_at": NOW,
        "expires_at": NOW + DAY,
        **more,
    }


def letter(row_id: UUID, kind: str, **more: Any) -> tuple[str, dict[str, Any]]:
    told = {"address": "a@example.org", "given_name": "A", "subject_id": ACCOUNT, "kind": kind, "created_at": NOW}
    return "letter", {"id": row_id, **told, **more}


FORMER = [
    (
        "account",
        {
            "id": ACCOUNT,
            "email": "a@example.org",
            "given_name": "A",
            "family_name": "B",
            "active": True,
            "created_at": NOW,
            "answers_from_lock_screen": True,
        },
    ),
    invitation(WAITS, claimed_until=NOW + DAY),
    invitation(LEFT, sent_at=NOW),
    invitation(SHOWN, shown_by_id=ACCOUNT),
    invitation(USED, used_at=NOW),
    letter(NEWS, "joined", claimed_until=NOW + DAY),
    letter(TOLD, "passkey-added", sent_at=NOW),
    letter(CODE, "address-code"),
    (
        "push_message",
        {
            "id": FALLBACK,
            "account_id": ACCOUNT,
            "channel": "sms",
            "subject_id": ACCOUNT,
            "step": "offer",
            "payload": {"text": "Relais"},
            "topic": "t",
            "urgency": "high",
            "state": "leased",
            "due_at": NOW,
            "expires_at": NOW + DAY,
            "attempts": 1,
            "lease_token": "somebody",
            "lease_until": NOW + DAY,
        },
    ),
]


@pytest.fixture
def former(blank_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(settings_for(blank_url, tmp_path))
    with app.app_context():
        upgrade(MIGRATIONS, BEFORE)
        with db.engine.begin() as connection:
            for name, values in FORMER:
                table = sa.Table(name, sa.MetaData(), autoload_with=connection)
                kinds = {c.name: sa.Uuid() if isinstance(values.get(c.name), UUID) else c.type for c in table.columns}
                typed = sa.table(name, *(sa.column(column, kinds[column]) for column in values))
                connection.execute(typed.insert().values(**values))
        yield app
        db.session.remove()
        close_engines()


def owed() -> dict[UUID, Letter]:
    db.session.rollback()
    return {row.id: row for row in db.session.scalars(sa.select(Letter))}


def column(query: str) -> dict[UUID, Any]:
    with db.engine.begin() as connection:
        return {UUID(str(row[0])): row[1] for row in connection.execute(sa.text(query))}


def test_what_was_owed_is_owed_and_what_left_is_not(former: Flask) -> None:
    upgrade(MIGRATIONS, AFTER)
    rows = owed()
    assert {row.id for row in rows.values() if row.state is LetterState.PENDING} == {WAITS, NEWS, CODE}
    assert (rows[TOLD].state, rows[TOLD].ended_at) == (LetterState.SENT, NOW)
    assert not {LEFT, SHOWN, USED} & rows.keys()
    waits = rows[WAITS]
    assert (waits.kind, waits.subject_id, waits.address) == ("invitation", WAITS, "a@example.org")
    assert (waits.expires_at, waits.due_at, waits.medium) == (NOW + DAY, NOW, Medium.EMAIL)
    assert rows[CODE].expires_at == NOW + timedelta(minutes=10)
    assert rows[NEWS].expires_at == NOW + timedelta(days=5)
    assert column("SELECT id, state FROM push_message") == {FALLBACK: "pending"}
    assert db.session.scalar(queries.oldest_mail_due(NOW)) == NOW


def test_back_again(former: Flask) -> None:
    upgrade(MIGRATIONS, AFTER)
    with db.engine.begin() as connection:
        told = {"medium": "sms", "address": "+33612345678", "given_name": "", "kind": "unconfirmed-alert"}
        times = {"created_at": NOW, "due_at": NOW, "expires_at": NOW + DAY}
        table: Any = Letter.__table__
        connection.execute(table.insert().values(id=UUID(int=99), subject_id=FALLBACK, state="leased", **told, **times))
        connection.execute(table.update().where(table.c.id == NEWS).values(state="failed", ended_at=NOW))
        connection.execute(sa.text("UPDATE push_message SET state = 'leased', lease_token = 'x'"))
    downgrade(MIGRATIONS, BEFORE)
    unsent = column("SELECT id, sent_at FROM invitation")
    assert {row_id for row_id, sent_at in unsent.items() if sent_at is None} == {WAITS, SHOWN}
    letters = column("SELECT id, sent_at FROM letter")
    assert letters.keys() == {TOLD, CODE}, "what was refused for good is not tried for ever again"
    assert letters[CODE] is None
    assert letters[TOLD] is not None
    assert column("SELECT id, state FROM push_message") == {FALLBACK: "pending"}
    upgrade(MIGRATIONS, AFTER)
    assert owed()[WAITS].state is LetterState.PENDING
