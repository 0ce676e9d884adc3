"""A person who has a space of her own, and a daughter."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app import clock
from app.appointments import spaces
from app.core.db import db, transaction
from app.relatives.models import RelatedPerson
from tests.factories.town import Town
from tests.patient_space.conftest import PatientPhone


@pytest.fixture
def town(app: Flask, town: Town) -> Town:
    app.config["WTF_CSRF_ENABLED"] = False
    return town


@pytest.fixture
def phone(app: Flask) -> PatientPhone:
    return PatientPhone(app, app.test_client())


@pytest.fixture
def monique(town: Town) -> UUID:
    return town.patient()


@dataclass
class Space:
    """Her own space, open."""

    phone: PatientPhone
    address: str

    def get(self, path: str = "") -> TestResponse:
        return self.phone.get(self.address + path)

    def post(self, path: str, data: dict[str, object] | None = None) -> TestResponse:
        return self.phone.post(self.address + path, data or {})  # type: ignore[arg-type]


@pytest.fixture
def space(phone: PatientPhone, monique: UUID) -> Space:
    with transaction():
        hers = spaces.space_of(monique, clock.now())
        token, words = hers.token, hers.code_words
    answer = phone.post(f"/s/{token}", {"words": words})
    assert answer.status_code == 303
    return Space(phone, answer.headers["Location"])


def related(name: str) -> RelatedPerson:
    """Names are sealed: looked for in clear."""
    db.session.rollback()
    return next(each for each in db.session.query(RelatedPerson) if each.name == name)


def opens(phone: PatientPhone, name: str) -> str:
    """The page of this relative, opened by her link and her two words."""
    relative = related(name)
    answer = phone.post(f"/r/{relative.token}", {"words": relative.code_words})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]
