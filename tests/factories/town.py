"""A small town for the tales: people, places and phones, moved by the same verbs as in the real house."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from msgspec.structs import replace
from sqlalchemy import select
from werkzeug.test import TestResponse

from app import clock, schedule
from app.accounts.models import Account, Membership, Role, SignIn
from app.care_requests.models import CareRequest
from app.care_requests.opening import Need, open_request
from app.circles import actions as circles
from app.circles.models import Told, Usual
from app.core.db import Model, db, insert_rows, transaction
from app.core.tokens import hash_token, new_token
from app.directory.actions import add_role, add_service
from app.directory.models import Practitioner, PractitionerRole, Profession
from app.dispatch.models import Offer
from app.jobs import heartbeats
from app.jobs.timers import Timer
from app.language.dates import PartialDate
from app.messages import channels
from app.organizations.actions import import_communes
from app.organizations.models import Commune, Locality, Organization, TerritoryCommune
from app.pathways.library import pathways
from app.patients import actions as patients
from app.patients.models import Patient
from app.push import actions as devices
from tests.services.push_service import FakePushService, PushDevice

COMMUNES = """\
Code_commune_INSEE;Nom_commune;Code_postal;Ligne_5;Libellé_d_acheminement;coordonnees_gps
91228;ÉVRY COURCOURONNES;91000;;EVRY COURCOURONNES;48.6296,2.4257
91174;CORBEIL ESSONNES;91100;;CORBEIL ESSONNES;48.6046,2.4748
91223;ETAMPES;91150;;ETAMPES;48.4220,2.1290
91405;MILLY LA FORET;91490;;MILLY LA FORET;48.4022,2.4705
"""
EVRY = (48.6296, 2.4257)
KM = 1 / 111.2  # degrees of latitude


@dataclass
class Person:
    """Somebody signed in on a browser of their own."""

    town: "Town"
    account_id: UUID
    client: FlaskClient

    def get(self, url: str, *, htmx: bool = False) -> TestResponse:
        # A context of its own, as in production: what Flask keeps in `g` is one request's, the person first of all.
        with self.town.app.app_context():
            return self.client.get(url, headers=_headers(htmx))

    def post(self, url: str, data: dict[str, object] | None = None, *, htmx: bool = False) -> TestResponse:
        with self.town.app.app_context():
            return self.client.post(url, data=data or {}, headers=_headers(htmx))

    @property
    def account(self) -> Account:
        return db.session.get_one(Account, self.account_id)


@dataclass
class Nurse(Person):
    """A professional with a phone (`role_id` is where she works)."""

    role_id: UUID
    practitioner_id: UUID
    device: PushDevice | None = None

    def offer(self) -> Offer | None:
        """The last offer made to her."""
        db.session.rollback()
        statement = select(Offer).where(Offer.recipient_id == self.practitioner_id).order_by(Offer.id.desc())
        return db.session.scalars(statement).first()

    def accepts(self) -> int:
        """One tap; the status of the answer."""
        offer = self.offer()
        assert offer is not None, "nothing was offered to her"
        return self.post(f"/offers/{offer.id}/acceptance", htmx=True).status_code

    def refuses(self, reason: str = "") -> int:
        offer = self.offer()
        assert offer is not None, "nothing was offered to her"
        return self.post(f"/offers/{offer.id}/refusal", {"reason": reason} if reason else {}, htmx=True).status_code

    def notices(self) -> list[dict[str, object]]:
        """What her lock screen was sent, oldest first."""
        return [message.json for message in self.device.messages] if self.device else []


class Service(Nurse):
    """Somebody who answers for a service: its inbox is that of the role, and not of a person."""


@dataclass
class Foundation:
    """What every town begins with: written once by the verbs, put as rows into the databases that come after."""

    hospital_id: UUID
    emergency_id: UUID
    cpts_id: UUID
    orientation_nurse: tuple[UUID, str]
    coordinator: tuple[UUID, str]
    rows: list[tuple[type[Model], list[dict[str, Any]]]]

    def put(self) -> None:
        with transaction():
            for model, rows in self.rows:
                insert_rows(model, rows)


FOUNDED = (Commune, Locality, Organization, TerritoryCommune, Account, Membership, SignIn)
_foundations: dict[datetime, Foundation] = {}
"""By the moment at which the clock stands: `created_at` is among the rows."""


class Town:
    """Évry and around: a hospital that asks, professionals who answer, a coordinator who watches."""

    def __init__(self, app: Flask, push_service: FakePushService | None = None) -> None:
        self.app = app
        self.push_service = push_service
        self._emails = 2
        founded = _foundations.get(clock.now())
        if founded:
            founded.put()
        else:
            founded = _foundations[clock.now()] = self._found()
        self.hospital_id, self.emergency_id, self.cpts_id = founded.hospital_id, founded.emergency_id, founded.cpts_id
        self.orientation_nurse = Person(self, founded.orientation_nurse[0], self._browser(founded.orientation_nurse[1]))
        self.coordinator = Person(self, founded.coordinator[0], self._browser(founded.coordinator[1]))

    def _found(self) -> Foundation:
        with transaction():
            import_communes(COMMUNES.splitlines(keepends=True))
            hospital = self._organization("Hôpital des Deux-Rives", "hospital", None).id
            emergency = self._organization("Urgences", "emergency", hospital).id
            cpts = self._organization("CPTS Seine et Essonne", "cpts", None).id
            for line in COMMUNES.splitlines()[1:]:
                db.session.add(TerritoryCommune(organization_id=cpts, commune_code=line[:5]))
            nadia = self._account(1, "Nadia", "Benali", Role.REQUESTER, emergency)
            helene = self._account(2, "Hélène", "Garnier", Role.COORDINATOR, cpts)
            db.session.flush()
            rows = [(model, rows_of(model)) for model in FOUNDED]
        return Foundation(hospital, emergency, cpts, nadia, helene, rows)

    # People

    def requester(self, given: str = "Paul", organization: str = "Autre hôpital") -> Person:
        """Someone who asks for another establishment."""
        with transaction():
            organization_id = self._organization(organization, "hospital", None).id
        return self._person(given, "Requérant", Role.REQUESTER, organization_id)

    def administrator(self) -> Person:
        """Gives access to the hospital."""
        return self._person("Anne", "Roy", Role.ADMINISTRATOR, self.hospital_id)

    def nurse(self, given: str, *, km: float = 1.0, phone: bool = True) -> Nurse:
        return self.professional(given, Profession.NURSE, km=km, phone=phone)

    def doctor(self, given: str, *, km: float = 1.0, phone: bool = True) -> Nurse:
        return self.professional(given, Profession.DOCTOR, km=km, phone=phone)

    def professional(
        self, given: str, profession: Profession, *, km: float = 1.0, phone: bool = True, skills: Sequence[str] = ()
    ) -> Nurse:
        """Works `km` kilometres north of Évry's centre; with `phone`, her alerts reach the fake push service."""
        device = self.push_service.new_device() if phone and self.push_service is not None else None
        with transaction():
            practice = self._organization(f"Cabinet {given}", "practice", None)
            account_id, token = self._new_account(given, "Dupré", Role.PRACTITIONER, practice.id)
            practitioner = Practitioner(
                rpps=f"{10_000_000_000 + self._emails}",
                given_name=given,
                family_name="Dupré",
                profession=profession,
                phone="+33639980001",
                account_id=account_id,
            )
            role = add_role(practitioner, practice, EVRY[0] + km * KM, EVRY[1])
            role.skills = list(skills)
            db.session.flush()
            ids = role.id, practitioner.id
            self._subscribe(account_id, device)
        return Nurse(self, account_id, self._browser(token), *ids, device)

    def service(
        self, name: str, kind: Profession, *, commune: str = "91228", phone: bool = True, skills: Sequence[str] = ()
    ) -> "Service":
        """An establishment that answers as one, and somebody who works there."""
        device = self.push_service.new_device() if phone and self.push_service is not None else None
        with transaction():
            place = self._organization(name, kind.value, None)
            place.commune_code = commune
            db.session.flush()
            role = add_service(place, kind, skills)
            db.session.flush()
            role_id = role.id
            account_id, token = self._new_account(name, "Accueil", Role.PRACTITIONER, place.id)
            self._subscribe(account_id, device)
        return Service(self, account_id, self._browser(token), role_id, role_id, device)

    def _subscribe(self, account_id: UUID, device: PushDevice | None) -> None:
        if device is not None:
            keys = device.subscription
            devices.subscribe(account_id, keys["endpoint"], keys["keys"]["p256dh"], keys["keys"]["auth"], clock.now())

    def patient(
        self, given: str = "Monique", *, usual: Sequence[Nurse] = (), born: date = date(1948, 3, 12), **known: Any
    ) -> UUID:
        """Lives in Évry, known to the emergency department. `known`: what is otherwise, as `Identity` has it."""
        usually = {
            "birth_name": "Marchand",
            "given_names": given,
            "birth_date": PartialDate.of(born),
            "sex": "F",
            "birth_place": "91228",
            "phone": "+33639980100",
            "commune_code": "91228",
            "address": "12 allée des Tilleuls",
        }
        with transaction():
            identity = patients.Identity(**usually | known)
            patient = patients.create(
                identity,
                organization_id=self.emergency_id,
                by=self.orientation_nurse.account_id,
                now=clock.now(),
            )
            for person in usual:
                practitioner = db.session.get_one(Practitioner, person.practitioner_id)
                circles.set_usual(patient.id, Usual.herself(practitioner), told=Told.NAMED, now=clock.now())
            return patient.id

    def stranger(self) -> Person:
        """A browser in which nobody is signed in."""
        return Person(self, UUID(int=0), self.app.test_client())

    # What happens

    def asks_at_once(self, pathway: str, offers: int) -> None:
        """From now on every circle of this pathway asks so many people at once."""
        known = pathways()[pathway]
        circles = tuple(replace(stage, offers=offers) if stage.km else stage for stage in known.search.stages)
        pathways()[pathway] = replace(known, search=replace(known.search, stages=circles))

    def asks(
        self,
        pathway: str = "home-care",
        *,
        patient: UUID | None = None,
        by: "Person | None" = None,
        reason: str = "",
        window: str = "",
        **more: Any,
    ) -> UUID:
        """The orientation nurse, or `by`, sends a request for `patient`; nobody is alerted before the worker ran.

        `reason`, `window`: slugs, the first and the last of the pathway when not said; `more`: as `Need` takes it.
        """
        patient, by = patient or self.patient(), by or self.orientation_nurse
        need = self.need(pathway, reason, window, **more)
        with transaction():
            request = open_request(
                need,
                db.session.get_one(Patient, patient),
                organization_id=by.account.memberships[0].organization_id,
                by=by.account,
                now=clock.now(),
            )
            return request.id

    def need(self, pathway: str, reason: str = "", window: str = "", **more: Any) -> Need:
        chosen = pathways()[pathway]
        when = chosen.window(window) if window else chosen.windows[-1]
        start, end = when.bounds(clock.now())
        return Need(chosen, reason or chosen.reasons[0].slug, start, end, **more)

    def time_passes(self, **delta: float) -> None:
        """The clock moves on and the worker does what has come due, until no timer finds anything to do."""
        if delta:
            clock.advance(timedelta(**delta))
        for _ in range(50):
            if not sum([_turn(timer) for timer in _waited_for()]):
                return
        raise AssertionError("the worker never comes to rest")

    def a_worker_comes_round(self) -> None:
        """As health wants it: every timer was heard of just now."""
        with transaction():
            heartbeats.write({timer.name: clock.now() for timer in schedule.TIMERS})

    def request(self, request_id: UUID) -> CareRequest:
        db.session.rollback()
        return db.session.get_one(CareRequest, request_id, populate_existing=True)

    # Bricks

    def _organization(self, name: str, kind: str, parent: UUID | None) -> Organization:
        organization = Organization(
            name=name,
            kind=kind,
            parent_id=parent,
            phone="+33199001234",
            address="1 rue de la Paix, 91000 Évry-Courcouronnes",
            commune_code="91228",
        )
        db.session.add(organization)
        db.session.flush()
        return organization

    def _person(self, given: str, family: str, role: Role, organization_id: UUID) -> Person:
        with transaction():
            account_id, token = self._new_account(given, family, role, organization_id)
        return Person(self, account_id, self._browser(token))

    def _new_account(self, given: str, family: str, role: Role, organization_id: UUID) -> tuple[UUID, str]:
        self._emails += 1
        return self._account(self._emails, given, family, role, organization_id)

    def _account(self, rank: int, given: str, family: str, role: Role, organization_id: UUID) -> tuple[UUID, str]:
        """Somebody who holds this role, and the token of a browser in which she is signed in."""
        token, now = new_token(), clock.now()
        account = Account(email=f"person{rank}@example.org", given_name=given, family_name=family, created_at=now)
        db.session.add(account)
        db.session.flush()
        db.session.add(Membership(account_id=account.id, organization_id=organization_id, role=role))
        row = SignIn(
            account_id=account.id,
            token_hash=hash_token(token),
            created_at=now,
            expires_at=now + timedelta(days=365),
            proven_at=now,
        )
        db.session.add(row)
        return account.id, token

    def _browser(self, token: str) -> FlaskClient:
        client = self.app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = token
            session["_fresh"] = True
        return client


def _turn(timer: Timer) -> int:
    db.session.rollback()  # The worker looks at the database as it is now.
    return timer.run(clock.now())


def _waited_for() -> list[Timer]:
    """Who is said to have something to do, and who may do it sooner than it owes it. One question to all: a turn for
    nothing of each was a fifth of a test."""
    db.session.rollback()
    now = clock.now()
    since = db.session.execute(select(*(timer.oldest_due(now).scalar_subquery() for timer in schedule.TIMERS))).one()
    owed = (due is not None and due <= now for due in since)
    return [timer for timer, late in zip(schedule.TIMERS, owed, strict=True) if late or timer.run in SOONER]


SOONER = (channels.hand_over_due,)
"""What no phone confirmed is handed over on its date, or at once when every phone is known to be gone."""


def rows_of(model: type[Model]) -> list[dict[str, Any]]:
    table = model.__table__
    return [dict(row._mapping) for row in db.session.execute(select(table).order_by(*table.primary_key.columns))]


def _headers(htmx: bool) -> dict[str, str]:
    return {"HX-Request": "true"} if htmx else {}


def role_of(nurse: Nurse) -> PractitionerRole:
    return db.session.get_one(PractitionerRole, nurse.role_id)


def at(hour: int, minute: int = 0) -> datetime:
    """Today in Paris."""
    return clock.paris(clock.now()).replace(hour=hour, minute=minute, second=0, microsecond=0)
