"""Records of before an upgrade: what agrees in everything becomes one, what nearly does is asked of a human."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from app import clock
from app.care_requests.models import CareRequest
from app.cli import context, main
from app.core.db import db, transaction
from app.identity.likeness import surely_same
from app.identity.rules import Traits
from app.language.dates import PartialDate
from app.patients import joining
from app.patients.actions import create
from app.patients.correcting import identity_of
from app.patients.merging import separate
from app.patients.models import LikelyDuplicate, Patient, PatientMerge
from tests.factories.town import Town
from tests.inbox.screen import Screen

MONIQUE = Traits("Marchand", "Monique, Jeanne", PartialDate(1948, 3, 12), "F", "91228")


def as_before_the_upgrade() -> None:
    with transaction():
        db.session.execute(update(Patient).values(compared_at=None))


def joined(size: int = 2) -> int:
    return sum(joining.join(size, clock.now()))


def into(patient: UUID) -> UUID | None:
    db.session.rollback()
    return db.session.get_one(Patient, patient).merged_into_id


def test_one_person_in_several_organizations_is_one_and_what_was_asked_is_hers(town: Town) -> None:
    first, second, third = town.patient(), town.patient("Monique, Jeanne"), town.patient(phone="+33639980155")
    other, neighbour = town.patient("Odile"), town.patient(birth_name="Martin", born=date(1950, 1, 2))
    request = town.asks(patient=third)
    as_before_the_upgrade()
    assert joined() == 5
    assert (into(first), into(second), into(third), into(other), into(neighbour)) == (None, first, first, None, None)
    assert db.session.get_one(CareRequest, request).patient_id == first
    assert (joining.uncompared(), joined()) == (0, 0), "it is done once"


def test_it_can_be_undone_and_is_not_done_again(town: Town) -> None:
    first, second = town.patient(), town.patient()
    as_before_the_upgrade()
    joined()
    shown = Screen(town.coordinator.get("/duplicates")).text
    assert "par Relais" in shown
    with transaction():
        merged = db.session.scalars(select(PatientMerge)).one()
        assert merged.merged_by_id is None
        separate(merged, by=town.coordinator.account_id, now=clock.now())
    as_before_the_upgrade()
    joined()
    assert (into(first), into(second)) == (None, None)


def test_who_is_nearly_the_same_is_shown_to_the_coordination(town: Town) -> None:
    first, second = town.patient(), town.patient(birth_place="75113")
    as_before_the_upgrade()
    joined()
    assert (into(first), into(second)) == (None, None)
    pair = db.session.scalars(select(LikelyDuplicate)).one()
    assert (pair.patient_id, pair.other_id, pair.verdict) == (first, second, None)


def test_two_national_numbers_are_two_people(town: Town) -> None:
    first = town.patient(ins="295109912611193")
    second = town.patient(ins="253072B07300470")
    as_before_the_upgrade()
    joined()
    assert (into(first), into(second)) == (None, None)


def test_the_record_for_which_a_document_was_seen_is_kept(town: Town) -> None:
    first, second = town.patient(), town.patient()
    with transaction():
        db.session.get_one(Patient, second).identity_status = "VALI"
    as_before_the_upgrade()
    joined()
    assert (into(first), into(second)) == (second, None)


def test_a_record_that_fails_keeps_no_other_waiting(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, *others = town.patient("Odile"), town.patient(), town.patient()
    likely = joining.likely_same

    def fails(traits: Traits) -> object:
        if traits.given_names == "Odile":
            raise ValueError("unreadable")
        return likely(traits)

    monkeypatch.setattr(joining, "likely_same", fails)
    as_before_the_upgrade()
    joined()
    assert (joining.uncompared(), into(others[1])) == (1, others[0])
    monkeypatch.undo()
    clock.advance(timedelta(minutes=2))
    joined()
    assert (joining.uncompared(), into(bad)) == (0, None)


def test_the_command_says_how_far_it_came(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.patient(), town.patient()
    as_before_the_upgrade()
    monkeypatch.setattr(context, "application", lambda: town.app)
    told = CliRunner().invoke(main, ["patients", "join", "--batch", "1"])
    assert (told.exit_code, "2 records compared" in told.output) == (0, True), told.output


def test_who_registers_somebody_known_elsewhere_comes_by_nothing(town: Town) -> None:
    """Whoever knows an identity by heart must still say why: a new record is never joined by itself."""
    first, ward = town.patient(), town.requester()
    with transaction():
        known = identity_of(db.session.get_one(Patient, first))
        place = ward.account.memberships[0].organization_id
        second = create(known, organization_id=place, by=ward.account_id, now=clock.now()).id
    assert (joined(), into(second)) == (0, None)
    assert (ward.get(f"/patients/{second}").status_code, ward.get(f"/patients/{first}").status_code) == (200, 404)


@pytest.mark.parametrize(
    ("other", "sure"),
    [
        ({}, True),
        ({"given_names": "Monique"}, True),
        ({"birth_name": "MARCHAND"}, True),
        ({"given_names": "Monique, Odile"}, False),
        ({"given_names": "Odile, Monique"}, False),
        ({"given_names": ""}, False),
        ({"birth_name": "Marchant"}, False),
        ({"birth_date": PartialDate(1948, 3)}, False),
        ({"birth_date": PartialDate(1948, 12, 3)}, False),
        ({"birth_place": "99999"}, False),
        ({"sex": "M"}, False),
        ({"sex": "I"}, False),
        ({"birth_rank": 1}, False),
    ],
)
def test_what_no_human_needs_to_be_asked(other: dict[str, object], sure: bool) -> None:
    second = Traits(**{**vars(MONIQUE), **other})  # type: ignore[arg-type]
    assert surely_same(MONIQUE, second) is surely_same(second, MONIQUE) is sure
