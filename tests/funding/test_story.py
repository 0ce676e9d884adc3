"""A case manager before an exit: what care leaves to pay, what is asked of whom, and what the clock says of it."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.accounts.models import Role
from app.audit.models import AuditEvent
from app.consents.models import Refusing
from app.consents.objections import Whom, object_to
from app.core.db import db, new_id, transaction
from app.directory.models import Profession
from app.funding import queries
from app.funding.models import AssistanceContract, Estimate, FundingRequest
from app.funding.rules import EstimateState, Funder, FundingState
from app.language.words import date_words
from app.membership.leaving import leave
from app.messages.models import Alert
from app.patients.models import Cause
from app.patients.relations import Holder, relate
from app.push.models import Message
from app.stays import actions as stays
from app.stays.queries import running
from tests.desk.screen import words
from tests.factories.town import Person, Town

SITUATION: dict[str, object] = {
    **{"age": "84", "gir": "3", "decided": "y", "living": "alone", "resources": "1500", "complement": "mutual"},
    **{"regime": "general", "months": "3", "granted": "", "department": "77"},
}


@pytest.fixture
def patient(town: Town) -> UUID:
    return town.patient("Odile")


@pytest.fixture
def hugo(town: Town) -> Person:
    """A case manager of the emergency department, who may open Odile."""
    return town._person("Hugo", "Ferrand", Role.CASE_MANAGER, town.emergency_id)


def place_of(person: Person) -> str:
    return str(person.account.organizations(Role.CASE_MANAGER, Role.REQUESTER)[0])


def estimates(person: Person, patient: UUID, **said: str) -> str:
    """Where the draft is."""
    sent = person.post(
        f"/patients/{patient}/funding/estimates/new",
        {"key": str(new_id()), "place": place_of(person), **SITUATION, **said},
    )
    assert sent.status_code == 303, words(sent)
    return str(sent.location)


def counts(person: Person, draft: str, kind: str, **said: str) -> None:
    sent = person.post(f"{draft}/services/{kind}", {**said})
    assert sent.status_code == 303, words(sent)


def asks(person: Person, patient: UUID, funder: Funder, **said: str) -> tuple[int, str]:
    form: dict[str, object] = {"key": str(new_id()), "place": place_of(person), "funder": funder.value, **said}
    sent = person.post(f"/patients/{patient}/funding/requests/new", form)
    return sent.status_code, words(sent)


def asked(patient: UUID) -> FundingRequest:
    db.session.rollback()
    return db.session.scalars(
        select(FundingRequest).where(FundingRequest.patient_id == patient).order_by(FundingRequest.id.desc())
    ).first() or pytest.fail("nothing was asked")


def goes_to_hospital(town: Town, patient: UUID, person: Person) -> None:
    with transaction():
        stays.admit(patient, town.hospital_id, by=person.account, now=clock.now())


def leaves_in(patient: UUID, person: Person, days: int) -> None:
    with transaction():
        stay = running(patient)
        assert stay
        on = clock.paris(clock.now()).date() + timedelta(days=days)
        stays.expect_exit(stay, on, "", by=person.account, now=clock.now())


def test_an_estimate_from_her_page_to_her_yes(town: Town, patient: UUID, hugo: Person) -> None:
    """Checks 17 and 24."""
    assert "Ce qui reste à payer" in words(hugo.get(f"/patients/{patient}"))
    assert "Rien n'est encore estimé" in words(hugo.get(f"/patients/{patient}/funding"))
    assert hugo.get(f"/patients/{patient}/funding/estimates/new").status_code == 200
    draft = estimates(hugo, patient)
    assert "Que faut-il payer ?" in words(hugo.get(draft))
    counts(hugo, draft, "home-help", quantity="40", price="25")
    shown = words(hugo.get(draft))
    for said in ("136,19 €", "1 000,00 €", "408,57 €", "68,10 €", "Source : CASF art. L232-23", "pas une décision"):
        assert said in shown, said
    assert hugo.post(f"{draft}/state", {"to": "accepted"}).status_code == 303
    assert "brouillon" in words(hugo.get(draft)), "nobody accepts what was not shown"
    hugo.post(f"{draft}/state", {"to": "shown"})
    counts(hugo, draft, "alarm", quantity="1", price="25")
    assert "Téléalarme" not in words(hugo.get(draft)).split("À demander")[0], "what was shown does not change"
    hugo.post(f"{draft}/state", {"to": "accepted"})
    assert "acceptée par la personne" in words(hugo.get(draft))
    line = words(hugo.get(f"/patients/{patient}/funding"))
    assert "136,19 € par mois" in line
    assert "acceptée par la personne" in line
    db.session.rollback()
    events = set(db.session.scalars(select(AuditEvent.event).where(AuditEvent.patient_id == patient)))
    assert {"estimate.made", "estimate.moved", "patient.read"} <= events


def test_what_is_typed_wrong_is_said_and_nothing_is_lost(town: Town, patient: UUID, hugo: Person) -> None:
    form: dict[str, object] = {
        "key": str(new_id()),
        "place": place_of(hugo),
        **SITUATION,
        "age": "",
        "resources": "beaucoup",
    }
    refused = hugo.post(f"/patients/{patient}/funding/estimates/new", form)
    assert refused.status_code == 422
    assert "Écrivez l'âge" in words(refused)
    assert "beaucoup" in refused.text
    draft = estimates(hugo, patient)
    wrong = hugo.post(f"{draft}/services/home-help", {"quantity": "trente", "price": "25"})
    assert wrong.status_code == 422
    assert "trente" in wrong.text
    assert hugo.get(f"{draft}/services/nothing").status_code == 404
    assert hugo.post(f"{draft}/services/nothing/removal").status_code == 404


def test_services_are_changed_and_taken_out_while_it_is_a_draft(town: Town, patient: UUID, hugo: Person) -> None:
    draft = estimates(hugo, patient)
    counts(hugo, draft, "home-help", quantity="40", price="25")
    counts(hugo, draft, "home-help", quantity="30", price="25,50")
    counts(hugo, draft, "bed", quantity="4")
    assert "30 × 25,50 €" in words(hugo.get(draft))
    assert "25.5" in hugo.get(f"{draft}/services/home-help").text
    hugo.post(f"{draft}/services/home-help/removal")
    assert "30 × 25,50 €" not in words(hugo.get(draft))
    assert 'value="84"' in hugo.get(f"{draft}/situation").text
    changed = hugo.post(f"{draft}/situation", {"key": str(new_id()), "place": place_of(hugo), **SITUATION, "age": "59"})
    assert changed.status_code == 303
    assert "59 ans" in words(hugo.get(draft))


def test_two_quick_taps_are_one(town: Town, patient: UUID, hugo: Person) -> None:
    key = str(new_id())
    for _ in range(2):
        estimates(hugo, patient, key=key)
        assert asks(hugo, patient, Funder.HEALTH_COVER, key=key)[0] == 303
    db.session.rollback()
    assert len(db.session.scalars(select(Estimate)).all()) == len(db.session.scalars(select(FundingRequest)).all()) == 1


def test_the_next_year_without_rates_says_so_and_the_old_estimate_keeps_its_figures(
    town: Town, patient: UUID, hugo: Person
) -> None:
    """Check 19."""
    draft = estimates(hugo, patient)
    counts(hugo, draft, "home-help", quantity="40", price="25")
    hugo.post(f"{draft}/state", {"to": "shown"})
    clock.advance(datetime(2027, 1, 2, 9, tzinfo=UTC) - clock.now())
    old = words(hugo.get(draft))
    assert "136,19 €" in old
    assert "Les tarifs ont changé depuis" in old
    assert "les tarifs ont changé" in words(hugo.get(f"/patients/{patient}/funding"))
    new = estimates(hugo, patient)
    counts(hugo, new, "home-help", quantity="40", price="25")
    shown = words(hugo.get(new))
    assert "à vérifier" in shown
    assert "au moins 0,00 €" in shown
    assert "136,19 €" not in shown


def test_help_after_hospital_with_the_allowance_is_refused_with_its_rule(
    town: Town, patient: UUID, hugo: Person
) -> None:
    """Check 20."""
    assert asks(hugo, patient, Funder.APA)[0] == 303
    status, said = asks(hugo, patient, Funder.ARDH, note="RIB à joindre")
    assert status == 409
    assert "ne se demande pas avec l'APA" in said
    assert "Source : Cnav" in said
    assert asks(hugo, patient, Funder.APA)[0] == 409


def test_an_allowance_that_an_estimate_says_was_granted_excludes_it_too(
    town: Town, patient: UUID, hugo: Person
) -> None:
    estimates(hugo, patient, granted="apa", granted_amount="300")
    assert asks(hugo, patient, Funder.ARDH)[0] == 409


def test_what_is_to_be_sent_before_an_exit_rings_the_day_before(town: Town, patient: UUID, hugo: Person) -> None:
    """Check 21."""
    goes_to_hospital(town, patient, hugo)
    assert asks(hugo, patient, Funder.ARDH)[0] == 303
    assert "Aucune date de sortie" in words(hugo.get(f"/patients/{patient}/funding/requests/{asked(patient).id}"))
    leaves_in(patient, hugo, 4)
    assert asked(patient).deadline == clock.paris(clock.now()).date() + timedelta(days=4)
    town.time_passes(days=2)
    assert not rang(patient)
    leaves_in(patient, hugo, 3)
    town.time_passes(days=1)
    assert not rang(patient), "she stays a day longer"
    town.time_passes(days=1)
    assert rang(patient) == {hugo.account_id}
    said = db.session.scalars(select(Message).where(Message.account_id == hugo.account_id)).all()
    assert all("Odile" not in str(each.payload) for each in said)


def rang(patient: UUID) -> set[UUID]:
    """Who was told of the request that is still to be sent."""
    request = asked(patient)
    return {request.owner_id} if request.warned_for == request.deadline and request.deadline else set()


def test_sent_in_time_nothing_rings_and_too_late_is_said(town: Town, patient: UUID, hugo: Person) -> None:
    goes_to_hospital(town, patient, hugo)
    leaves_in(patient, hugo, 3)
    asks(hugo, patient, Funder.ARDH)
    sent = asked(patient)
    assert hugo.post(f"/patients/{patient}/funding/requests/{sent.id}", {"to": "sent"}).status_code == 303
    asks(hugo, patient, Funder.CONTRACT)
    with transaction():
        stay = running(patient)
        assert stay
        stays.come_home(stay, by=hugo.account, now=clock.now())
    town.time_passes(days=2)
    by_funder = {each.funder: each.state for each in queries.requests_of(patient, hugo.account)}
    assert by_funder == {Funder.ARDH: FundingState.SENT, Funder.CONTRACT: FundingState.EXPIRED}
    assert "trop tard" in words(hugo.get(f"/patients/{patient}/funding"))


def test_on_the_25th_day_in_hospital_the_pause_of_the_allowance_is_announced(
    town: Town, patient: UUID, hugo: Person
) -> None:
    """Check 31."""
    asks(hugo, patient, Funder.APA)
    granted = asked(patient)
    for to in ("sent", "complete", "granted"):
        hugo.post(f"/patients/{patient}/funding/requests/{granted.id}", {"to": to, "amount": "420 € par mois"})
    goes_to_hospital(town, patient, hugo)
    admitted = clock.paris(clock.now()).date()
    town.time_passes(days=24)
    assert asked(patient).warned_for is None
    town.time_passes(days=2)
    assert asked(patient).warned_for == admitted
    assert asked(patient).next_alarm_at is None
    leaves_in(patient, hugo, 40)
    page = words(hugo.get(f"/patients/{patient}/funding/requests/{granted.id}"))
    assert "420 € par mois" in page
    assert f"Suspendue à partir du {date_words(admitted + timedelta(days=30))}" in page
    assert "Versée de nouveau à partir du 1er" in page


def test_a_refusal_says_why_and_until_when_one_may_appeal(town: Town, patient: UUID, hugo: Person) -> None:
    asks(hugo, patient, Funder.PCH)
    url = f"/patients/{patient}/funding/requests/{asked(patient).id}"
    assert hugo.post(url, {}).status_code == 422
    hugo.post(url, {"to": "sent"})
    hugo.post(url, {"to": "refused", "why": "Hors critères", "appeal_by": "15/02/2027"})
    page = words(hugo.get(url))
    assert "« Hors critères »" in page
    assert "recours jusqu'au 15 février" in page
    assert hugo.post(url, {"to": "sent"}).status_code == 422, "nothing follows"


def test_whoever_leaves_is_not_the_only_one_told(town: Town, patient: UUID, hugo: Person) -> None:
    asks(hugo, patient, Funder.ARDH)
    request = asked(patient)
    assert queries.told_of(request) == [hugo.account_id]
    nora = town._person("Nora", "Petit", Role.CASE_MANAGER, town.emergency_id)
    taken = nora.post(f"/patients/{patient}/funding/requests/{request.id}/owner")
    assert taken.status_code == 303
    assert queries.told_of(asked(patient)) == [nora.account_id]
    with transaction():
        leave(nora.account_id, town.emergency_id, by=hugo.account_id, now=clock.now())
    assert hugo.account_id in queries.told_of(asked(patient))
    assert nora.account_id not in queries.told_of(asked(patient))


def test_the_contract_is_typed_and_counted_as_it_stands(town: Town, patient: UUID, hugo: Person) -> None:
    form: dict[str, object] = {
        "key": str(new_id()),
        "place": place_of(hugo),
        "insurer": "Mutuelle du Parc",
        "hours": "10",
        "before_exit": "y",
    }
    assert hugo.post(f"/patients/{patient}/funding/contract", {**form, "hours": "dix"}).status_code == 422
    for hours in ("30", "10"):
        sent = hugo.post(f"/patients/{patient}/funding/contract", {**form, "key": str(new_id()), "hours": hours})
        assert sent.status_code == 303
    db.session.rollback()
    standing = queries.contract_of(patient)
    assert standing
    assert standing.hours == 10
    assert "Mutuelle du Parc" in words(hugo.get(f"/patients/{patient}/funding"))
    assert "déjà recopié" in words(hugo.get(f"/patients/{patient}/funding/contract"))
    draft = estimates(hugo, patient, gir="6", regime="other")
    counts(hugo, draft, "home-help", quantity="8", price="25")
    assert "Contrat d'assistance" in words(hugo.get(draft))
    assert len(db.session.scalars(select(AssistanceContract)).all()) == 2


def test_home_helps_and_nurses_read_nothing_of_it(town: Town, patient: UUID, hugo: Person) -> None:
    draft = estimates(hugo, patient)
    helper = town.service("Aide à domicile du Parc", Profession.HOME_HELP)
    with transaction():
        cells = town._organization("Service social", "social-work", None).id
    cell = town._person("Ana", "Roy", Role.REQUESTER, cells)
    with transaction():
        for person in (helper, cell):
            place = person.account.organizations()[0]
            relate(patient, Holder(organization_id=place), Cause.REQUEST, by=hugo.account_id, now=clock.now())
    for person in (helper, town.orientation_nurse):
        assert "Ce qui reste à payer" not in words(person.get(f"/patients/{patient}"))
        for url in (draft, f"/patients/{patient}/funding", f"/patients/{patient}/funding/contract"):
            assert person.get(url).status_code == 403
    assert cell.get(draft).status_code == 200
    assert town._person("Eva", "Blin", Role.CASE_MANAGER, town.cpts_id).get(draft).status_code == 404


def test_who_keeps_the_team_apart_is_read_by_those_who_wrote(town: Town, patient: UUID, hugo: Person) -> None:
    draft = estimates(hugo, patient)
    elsewhere = town._person("Eva", "Blin", Role.CASE_MANAGER, town.cpts_id)
    with transaction():
        relate(patient, Holder(organization_id=town.cpts_id), Cause.REQUEST, by=hugo.account_id, now=clock.now())
    assert elsewhere.get(draft).status_code == 200
    with transaction():
        object_to(patient, Whom(Refusing.TEAM), how="spoken", by=hugo.account_id, now=clock.now())
    assert elsewhere.get(draft).status_code == 404
    assert hugo.get(draft).status_code == 200


def test_nothing_new_after_death_or_when_she_wants_nothing_new(town: Town, patient: UUID, hugo: Person) -> None:
    asks(hugo, patient, Funder.ARDH, deadline="30/11/2026")
    with transaction():
        object_to(patient, Whom(Refusing.NEW_USE), how="spoken", by=hugo.account_id, now=clock.now())
    assert asks(hugo, patient, Funder.HEALTH_COVER)[0] == 409
    with transaction():
        stays.say_died(patient, date(2026, 11, 20), by=hugo.account, now=clock.now())
    sent = hugo.post(
        f"/patients/{patient}/funding/estimates/new", {"key": str(new_id()), "place": place_of(hugo), **SITUATION}
    )
    assert sent.status_code == 409
    town.time_passes(days=20)
    assert asked(patient).next_alarm_at is None
    assert asked(patient).state is FundingState.TO_PREPARE
    assert db.session.scalars(select(Alert).where(Alert.subject_id == asked(patient).id)).first() is None


def test_resources_are_sealed(town: Town, patient: UUID, hugo: Person) -> None:
    draft = estimates(hugo, patient, resources="1234,56")
    db.session.rollback()
    raw = db.session.connection().exec_driver_sql("SELECT situation, services, counted FROM estimate").one()
    assert all("1234" not in each for each in raw)
    assert "1 234,56 € de ressources" in words(hugo.get(draft))
    assert db.session.scalars(select(Estimate)).one().state is EstimateState.DRAFT
