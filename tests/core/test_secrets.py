"""Tokens that travel, and columns that a stolen database does not reveal."""

import pytest
from cryptography.fernet import InvalidToken
from flask import Flask
from sqlalchemy import text

from app.core import sealed, tokens
from app.core.db import db
from app.patients.models import Patient
from tests.factories.town import Town


@pytest.fixture
def key() -> Flask:
    bare = Flask("bare")
    bare.config["SECRET_KEY"] = "one secret of thirty-two letters.."
    return bare


def test_tokens_are_long_and_never_the_same() -> None:
    made = {tokens.new_token() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(token) == 43 for token in made)


def test_nothing_that_json_can_carry_breaks_the_comparison() -> None:
    assert tokens.same("abc", "abc")
    assert not tokens.same("\ud800", "abc")


def test_each_purpose_has_a_key_of_its_own(key: Flask) -> None:
    with key.app_context():
        assert tokens.keyed_hash("name", "mar") == tokens.keyed_hash("name", "mar")
        assert tokens.keyed_hash("name", "mar") != tokens.keyed_hash("birth-date", "mar")
        assert tokens.derived_token("link", "1") != tokens.derived_token("link", "2")
        assert len(tokens.derived_token("link", "1")) == 43
        before = tokens.derived_token("link", "1")
    key.config["SECRET_KEY"] = "another secret of thirty-two letters"
    with key.app_context():
        assert tokens.derived_token("link", "1") != before


def test_comparing_takes_any_text() -> None:
    assert tokens.same("é", "é")
    assert not tokens.same("é", "e")


def test_a_sealed_column_opens_with_its_key_only(key: Flask) -> None:
    column = sealed.Sealed()
    with key.app_context():
        kept = column.process_bind_param("Marchand", None)
        assert kept is not None
        assert "Marchand" not in kept
        assert column.process_result_value(kept, None) == "Marchand"
        assert column.process_bind_param("Marchand", None) != kept, "equal names must not look equal"
        assert column.process_bind_param(None, None) is None
    key.config["SECRET_KEY"] = "another secret of thirty-two letters"
    with key.app_context(), pytest.raises(InvalidToken):
        column.process_result_value(kept, None)


def test_the_database_never_sees_who_the_patient_is(town: Town) -> None:
    patient = town.patient("Monique")
    town.asks(patient=patient, note="Code 4521B")
    stored = ""
    for table in db.metadata.sorted_tables:
        if table.name not in ("account", "practitioner", "commune", "organization"):
            rows = db.session.execute(text(f'SELECT * FROM "{table.name}"')).all()
            stored += repr(rows)
    for secret in ("Marchand", "Monique", "1948-03-12", "Tilleuls", "39980100", "4521B"):
        assert secret not in stored
    assert db.session.get_one(Patient, patient).birth_name == "Marchand"
