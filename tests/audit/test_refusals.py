"""Whoever asks for what is not theirs leaves a line, and hears the same whether or not it could be kept."""

from uuid import uuid4

import pytest
from flask import Response
from sqlalchemy import text
from structlog.testing import capture_logs

from app.core.db import db, transaction
from tests.factories.town import Town


@pytest.mark.parametrize(
    ("table", "address"), [("audit_event", "/requests/{asked}"), ("sign_in", "/recoveries/{asked}/unknown")]
)
def test_a_refusal_that_cannot_be_noted_stays_a_refusal(town: Town, table: str, address: str) -> None:
    """The table is gone when the note is to be written, or when it is asked who was refused."""
    asked = uuid4()
    nadia = town.orientation_nurse

    def break_down(response: Response) -> Response:
        db.session.execute(text(f"ALTER TABLE {table} RENAME TO gone"))
        db.session.commit()
        return response

    town.app.after_request(break_down)  # The last one that is told of is the first to run.
    with capture_logs() as lines:
        answer = nadia.get(address.format(asked=asked))
    with transaction():
        db.session.execute(text(f"ALTER TABLE gone RENAME TO {table}"))
    assert answer.status_code == 404
    assert "Page introuvable" in answer.text
    assert ("refusal_not_noted", str(asked)) in [(line["event"], line.get("subject")) for line in lines]
