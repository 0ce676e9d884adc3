"""A database as it is after years: many past requests, a directory of professionals, a few searches under way."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from app.accounts.models import Account, Membership, Role
from app.appointments.models import Appointment
from app.audit.models import AuditEvent
from app.care_requests.models import CareRequest, Episode, State, Step
from app.consents.models import Consent
from app.core.db import db, new_id, transaction
from app.directory.models import Practitioner, PractitionerRole, Profession
from app.dispatch.models import Offer, OfferState, Wave
from app.identity.ins import IdentityStatus
from app.identity.rules import Traits
from app.identity.searching import search_keys
from app.language.dates import PartialDate
from app.organizations.geo import cell_of
from app.organizations.models import Organization
from app.pathways.library import pathways, version_id_of
from app.patients.actions import hashed
from app.patients.models import Cause, Patient, PatientSearchKey, Relation
from app.push.models import Message, MessageState, Subscription
from tests.factories.town import EVRY, KM, Town
from tests.services.push_service import FakePushService

Row = dict[str, Any]

NURSES, PATIENTS, CHUNK = 1000, 20_000, 2_000
ENDS = (State.DONE,) * 8 + (State.CANCELLED,) * 2
NAMES = ("Marchand", "Dubois", "Lefèvre", "Moreau", "N'Guyen", "Garcia", "Benoît", "Rousseau")

ORDER: tuple[type, ...] = (
    *(Account, Organization, Membership, Practitioner, PractitionerRole, Subscription),
    *(
        Patient,
        PatientSearchKey,
        Relation,
        Episode,
        CareRequest,
        Consent,
        Wave,
        Offer,
        Message,
        Step,
        Appointment,
        AuditEvent,
    ),
)
"""Each table after those it refers to."""


class Past:
    """Fills the tables in bulk, through the real columns; the same every time."""

    def __init__(self, town: Town, push_service: FakePushService, requests: int, now: datetime) -> None:
        self.town, self.push_service, self.number, self.now = town, push_service, requests, now
        self.random = Random(1)
        self.nurses: list[tuple[UUID, UUID, UUID, UUID]] = []  # account, practitioner, role, device

        with transaction():
            self.version = version_id_of(pathways()["home-care"], now=now)

    def fill(self) -> None:
        self._directory()
        patients = [new_id() for _ in range(min(PATIENTS, self.number))]
        self._write(row for n, patient in enumerate(patients) for row in self._patient(patient, n))
        self._write(row for n in range(self.number) for row in self._request(n, patients[n % len(patients)]))

    def _write(self, rows: Iterator[tuple[type, Row]]) -> None:
        while chunk := list(islice(rows, CHUNK * 20)):
            tables: dict[type, list[Row]] = {}
            for table, row in chunk:
                tables.setdefault(table, []).append(row)
            with transaction():
                for table in sorted(tables, key=ORDER.index):
                    db.session.execute(insert(table), tables[table])

    def _directory(self) -> None:
        rows: list[tuple[type, Row]] = []
        for n in range(NURSES):
            account, practitioner, role, device, practice = (new_id() for _ in range(5))
            self.nurses.append((account, practitioner, role, device))
            # Around the town and as far as ninety kilometres away, as a département and its neighbours are.
            latitude = EVRY[0] + self.random.uniform(-80, 80) * KM
            longitude = EVRY[1] + self.random.uniform(-1, 1)
            rows += self._nurse(n, account, practitioner, role, practice, latitude, longitude)
            rows.append((Subscription, self._device(device, account)))
        self._write(iter(rows))

    def _nurse(
        self, n: int, account: UUID, practitioner: UUID, role: UUID, practice: UUID, latitude: float, longitude: float
    ) -> list[tuple[type, Row]]:
        names = {"given_name": f"Camille{n}", "family_name": NAMES[n % len(NAMES)]}
        return [
            (
                Account,
                {
                    "id": account,
                    "email": f"past{n}@example.org",
                    "created_at": self.now,
                    "active": True,
                    **names,
                },
            ),
            (
                Organization,
                {
                    "id": practice,
                    "name": f"Cabinet {n}",
                    "kind": "practice",
                    "phone": "+33199001234",
                    "address": "1 rue de la Paix",
                    "commune_code": "91228",
                },
            ),
            (
                Membership,
                {"id": new_id(), "account_id": account, "organization_id": practice, "role": Role.PRACTITIONER},
            ),
            (
                Practitioner,
                {
                    "id": practitioner,
                    "rpps": f"{20_000_000_000 + n}",
                    "profession": Profession.NURSE,
                    "phone": "+33639980001",
                    "account_id": account,
                    **names,
                },
            ),
            (
                PractitionerRole,
                {
                    "id": role,
                    "practitioner_id": practitioner,
                    "organization_id": practice,
                    "profession": Profession.NURSE,
                    "latitude": latitude,
                    "longitude": longitude,
                    "cell": cell_of(latitude, longitude),
                    "accepting": True,
                    "can_sign_in": True,
                },
            ),
        ]

    def _device(self, device: UUID, account: UUID) -> Row:
        phone = self.push_service.new_device()
        return {
            "id": device,
            "account_id": account,
            "endpoint": phone.endpoint,
            "p256dh": phone.p256dh,
            "auth": phone.auth,
            "created_at": self.now,
        }

    def _patient(self, patient: UUID, n: int) -> Iterator[tuple[type, Row]]:
        born = (self.now - timedelta(days=self.random.randint(200, 36_000))).date()
        name = NAMES[n % len(NAMES)]
        yield (
            Patient,
            {
                "id": patient,
                "birth_name": name,
                "given_names": "Monique",
                "birth_date_text": born.isoformat(),
                "sex": "F",
                "birth_place": "91228",
                "phone": "+33639980100",
                "address": "12 allée des Tilleuls",
                "commune_code": "91228",
                "birth_rank": 0,
                "identity_status": IdentityStatus.PROVISIONAL,
                "created_at": self.now,
                "version": 1,
            },
        )
        traits = Traits(name, "Monique", PartialDate.of(born), "F", "91228", phones=("+33639980100",))
        for key in search_keys(traits):
            yield PatientSearchKey, {"key": hashed(key)[0], "patient_id": patient}
        entered = {"organization_id": self.town.emergency_id, "why": Cause.ENTERED, "since": self.now}
        yield Relation, {"id": new_id(), "patient_id": patient, **entered}

    def _request(self, n: int, patient: UUID) -> Iterator[tuple[type, Row]]:
        """One past request: seven asked, one came or the asker cancelled."""
        at = self.now - timedelta(days=2) - timedelta(minutes=5) * (self.number - n)
        asked = self.random.sample(self.nurses, 7)
        state = self.random.choice(ENDS)
        request, wave, author = new_id(), new_id(), self.town.orientation_nurse.account_id
        yield (
            Episode,
            {
                "id": request,
                "patient_id": patient,
                "organization_id": self.town.emergency_id,
                "created_at": at,
            },
        )
        yield self._need(request, patient, author, at, state, asked[0][2])
        yield Consent, _consent(patient, author, at)
        yield (
            Wave,
            {
                "id": wave,
                "request_id": request,
                "round": 1,
                "stage": 1,
                "kind": "near",
                "radius_km": 5,
                "started_at": at,
                "ends_at": at + timedelta(minutes=30),
            },
        )
        for place, nurse in enumerate(asked):
            yield from self._offer(request, wave, patient, nurse, place, at, won=state is State.DONE and place == 0)
        for kind in ("opened", "asked", "accept", "schedule", "start", "finish"):
            yield Step, _step(request, kind, author, at)
        if state is State.DONE:
            yield (
                Appointment,
                {
                    "id": new_id(),
                    "request_id": request,
                    "starts_at": at + timedelta(hours=3),
                    "mode": "home",
                    "sequence": 1,
                    "created_at": at,
                    "changed_at": at,
                },
            )
        for event in ("request.opened", "request.moved", "request.moved", "patient.read"):
            yield AuditEvent, _audit(event, request, patient, author, at)

    def _need(
        self, request: UUID, patient: UUID, author: UUID, at: datetime, state: State, role: UUID
    ) -> tuple[type, Row]:
        return (
            CareRequest,
            {
                "id": request,
                "pathway": "home-care",
                "pathway_version_id": self.version,
                "episode_id": request,
                "urgent": False,
                "visits": [],
                "answer_by": at + timedelta(days=1),
                "patient_id": patient,
                "organization_id": self.town.emergency_id,
                "author_id": author,
                "profession": Profession.NURSE,
                "reason": "dressing",
                "note": "Code de la porte : 12A34",
                "commune_code": "91228",
                "window_start": at,
                "window_end": at + timedelta(days=1),
                "state": state,
                "performer_id": role if state is State.DONE else None,
                "created_at": at,
                "changed_at": at + timedelta(hours=4),
            },
        )

    def _offer(
        self,
        request: UUID,
        wave: UUID,
        patient: UUID,
        nurse: tuple[UUID, UUID, UUID, UUID],
        place: int,
        at: datetime,
        *,
        won: bool,
    ) -> Iterator[tuple[type, Row]]:
        account, practitioner, role, device = nurse
        ended = OfferState.WON if won else self.random.choice([OfferState.LOST, OfferState.REFUSED, OfferState.EXPIRED])
        offer = new_id()
        yield (
            Offer,
            {
                "id": offer,
                "request_id": request,
                "wave_id": wave,
                "role_id": role,
                "recipient_id": practitioner,
                "km": 1.5 + place,
                "usual": False,
                "knows_patient": False,
                "visits": [],
                "heard": {},
                "relayed_by": "",
                "rank_line": f"parmi les plus proches, à {place + 1},5 km",
                "state": ended,
                "refusal_reason": "full" if ended is OfferState.REFUSED else None,
                "created_at": at,
                "expires_at": at + timedelta(minutes=30),
                "seen_at": at + timedelta(minutes=1),
                "ended_at": at + timedelta(minutes=2),
            },
        )
        yield Message, _message(account, device, offer, "offer", at)
        if ended is OfferState.LOST:
            yield Message, _message(account, device, offer, "closed", at)
        yield AuditEvent, _audit("offer.made", offer, patient, None, at)


def _message(account: UUID, device: UUID, offer: UUID, step: str, at: datetime) -> Row:
    return {
        "id": new_id(),
        "account_id": account,
        "subscription_id": device,
        "subject_id": offer,
        "step": step,
        "payload": {"title": "Pansement, Évry-Courcouronnes", "body": "Répondre avant 14 h", "path": f"offers/{offer}"},
        "topic": "t" * 32,
        "urgency": "high",
        "state": MessageState.RECEIVED,
        "due_at": at,
        "expires_at": at + timedelta(minutes=30),
        "attempts": 1,
        "last_status": 201,
        "sent_at": at,
        "received_at": at,
    }


def _consent(patient: UUID, author: UUID, at: datetime) -> Row:
    return {
        "id": new_id(),
        "patient_id": patient,
        "scope": "sharing",
        "given_how": "spoken",
        "recorded_by": author,
        "at": at,
    }


def _step(request: UUID, kind: str, author: UUID, at: datetime) -> Row:
    return {
        "id": new_id(),
        "request_id": request,
        "at": at,
        "kind": kind,
        "author_id": author,
        "author_name": "Nadia Benali",
        "detail": "7" if kind == "asked" else "",
    }


def _audit(event: str, subject: UUID, patient: UUID, actor: UUID | None, at: datetime) -> Row:
    return {
        "id": new_id(),
        "at": at,
        "event": event,
        "actor_id": actor,
        "subject_id": subject,
        "patient_id": patient,
        "source": "web",
        "client": "127.0.0.0/24",
        "result": "done",
        "why": "care",
        "detail": {"from": "searching", "to": "accepted"},
    }
