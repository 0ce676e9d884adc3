"""Her visits in her own calendar: what it says, and to whom no more."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select
from werkzeug.test import TestResponse

from app import clock
from app.accounts.models import Role
from app.agenda.actions import forget_feed
from app.agenda.models import CalendarFeed
from app.audit.models import AuditEvent
from app.core.db import db, transaction
from app.core.tokens import hash_token
from app.dispatch.models import Offer
from app.membership.leaving import Departure
from tests.agenda.test_story import MORNINGS, meets, tomorrow
from tests.desk.screen import words
from tests.factories.town import Nurse, Town
from tests.passages.care import TOMORROW, taken_by
from tests.services.push_service import FakePushService


@pytest.fixture
def town(app: Flask, push_service: FakePushService) -> Town:
    app.config["WTF_CSRF_ENABLED"] = False
    return Town(app, push_service)


@pytest.fixture
def maya(town: Town) -> Nurse:
    return town.nurse("Maya")


@pytest.fixture
def odile(town: Town, maya: Nurse) -> UUID:
    odile = town.patient("Odile")
    taken_by(town, maya, patient=odile, visits=MORNINGS)
    return odile


def makes(person: Nurse) -> str:
    """The path of the address that she is shown."""
    shown = person.post("/agenda/feed")
    assert shown.status_code == 200
    address = shown.text.split("<code>")[1].split("</code>")[0]
    return str(address[address.index("/agenda/feed/") :])


def read(app: Flask, path: str, **headers: str) -> TestResponse:
    """As somebody's calendar asks: nobody is signed in."""
    browser: FlaskClient = app.test_client()
    with app.app_context():
        return browser.get(path, headers=headers)


def summaries(answer: TestResponse) -> list[str]:
    assert answer.status_code == 200
    events = Calendar.from_ical(answer.data).walk("VEVENT")
    return [str(each["summary"]).replace("\N{NO-BREAK SPACE}", " ") for each in events]


def audited() -> list[str]:
    db.session.rollback()
    lines = select(AuditEvent.event).where(AuditEvent.event.startswith("feed.")).order_by(AuditEvent.id)
    return list(db.session.scalars(lines))


def test_it_says_when_how_many_and_in_which_town(app: Flask, town: Town, maya: Nurse, odile: UUID) -> None:
    for given in ("Monique", "Paulette"):
        meets(town, maya, town.patient(given), tomorrow(9))
    answer = read(app, makes(maya))
    assert answer.content_type == "text/calendar; charset=utf-8"
    told = summaries(answer)
    assert "Visite 9 h, 2 passages" in told
    assert told.count("Matin, 1 passage") == 10
    first = next(e for e in Calendar.from_ical(answer.data).walk("VEVENT") if "9" in str(e["summary"]))
    assert first["dtstart"].dt == tomorrow(9)
    assert str(first["location"]) == "Évry-Courcouronnes"
    assert str(first["url"]).endswith(f"/agenda?week={TOMORROW.isoformat()}")


def test_nothing_in_it_names_anybody_nor_any_care(app: Flask, maya: Nurse, odile: UUID) -> None:
    text = read(app, makes(maya)).data.decode()
    for secret in (
        "Odile",
        "Marchand",
        "Tilleuls",
        "0639980100",
        "+33639980100",
        str(odile),
        str(maya.account_id),
        "soin",
    ):
        assert secret not in text
    assert "Maya" not in text


def test_it_is_shown_once_and_its_hash_alone_is_kept(app: Flask, maya: Nurse, odile: UUID) -> None:
    assert "Pas encore d'adresse" in words(maya.get("/agenda/feed"))
    path = makes(maya)
    token = path.split("/")[-1].removesuffix(".ics")
    assert token not in maya.get("/agenda/feed").text
    assert "Une adresse existe" in words(maya.get("/agenda/feed"))
    db.session.rollback()
    kept = db.session.scalars(select(CalendarFeed)).one()
    assert kept.token_hash == hash_token(token)


def test_a_new_address_ends_the_former_one_and_one_that_is_taken_back_reads_nothing(
    app: Flask, maya: Nurse, odile: UUID
) -> None:
    first = makes(maya)
    second = makes(maya)
    assert read(app, first).status_code == 404
    assert read(app, second).status_code == 200
    for _ in range(2):
        assert maya.post("/agenda/feed/revocation").status_code == 303
    assert read(app, second).status_code == 404
    assert audited() == ["feed.made", "feed.made", "feed.revoked"]


def test_what_was_read_already_is_not_sent_again(app: Flask, town: Town, maya: Nurse, odile: UUID) -> None:
    path = makes(maya)
    first = read(app, path)
    clock.advance(timedelta(minutes=5))
    again = read(app, path, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    since = read(app, path, **{"If-Modified-Since": first.headers["Last-Modified"]})
    assert since.status_code == 304
    meets(town, maya, town.patient("Monique"), tomorrow(9))
    fresh = read(app, path, **{"If-None-Match": first.headers["ETag"]})
    assert "Visite 9 h" in summaries(fresh)
    assert fresh.headers["Last-Modified"] > first.headers["Last-Modified"]
    assert read(app, path, **{"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 200


def test_a_visit_that_is_taken_away_is_a_change_too(app: Flask, town: Town, maya: Nurse, odile: UUID) -> None:
    """The rows that are left are older than what a calendar read last."""
    path = makes(maya)
    meets(town, maya, town.patient("Monique"), tomorrow(9))
    first = read(app, path)
    assert "Visite 9 h" in summaries(first)
    clock.advance(timedelta(hours=1))
    newest = select(Offer).where(Offer.recipient_id == maya.practitioner_id).order_by(Offer.id.desc())
    offer_id = db.session.scalars(newest.limit(1)).one().id
    assert maya.post(f"/offers/{offer_id}/withdrawal", {"reason": "sick"}).status_code == 303
    after = read(app, path, **{"If-Modified-Since": first.headers["Last-Modified"]})
    assert "Visite 9 h" not in summaries(after)


def test_who_holds_no_role_any_more_has_no_feed(app: Flask, maya: Nurse, odile: UUID) -> None:
    path = makes(maya)
    with transaction():
        place = maya.account.organizations()[0]
        gone = Departure(maya.account_id, place, frozenset({Role.PRACTITIONER}), True, maya.account_id, clock.now())
        forget_feed(gone)
    assert read(app, path).status_code == 404
    assert read(app, "/agenda/feed/unknown.ics").status_code == 404


def test_who_asks_only_has_none(town: Town) -> None:
    for answer in (town.orientation_nurse.get("/agenda/feed"), town.orientation_nurse.post("/agenda/feed")):
        assert answer.status_code == 403


@pytest.mark.parametrize("day", ["2026-10-24", "2027-03-27"])
def test_the_night_on_which_the_clocks_change(app: Flask, town: Town, maya: Nurse, day: str) -> None:
    """Nine o'clock on the wall, before and after."""
    saturday = date.fromisoformat(day)
    clock.stop_at(clock.midnight(saturday) + timedelta(hours=7))
    sunday = saturday + timedelta(days=1)
    nine = [clock.paris(clock.midnight(each)).replace(hour=9) for each in (saturday, sunday)]
    for given, starts_at in zip(("Monique", "Paulette"), nine, strict=True):
        meets(town, maya, town.patient(given), starts_at)
    told = summaries(read(app, makes(maya)))
    assert told == ["Visite 9 h", "Visite 9 h"]
