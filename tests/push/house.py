"""A house with one room, push, its people and their phones."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from flask import Flask, g
from flask_login import LoginManager
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import clock, messages, push
from app.accounts.models import Account
from app.config import Settings
from app.core import db as database
from app.core import security
from app.core.db import db, transaction
from app.messages.actions import alert
from app.messages.models import Notice
from app.push.models import Message, Subscription
from app.push.sender import send_due
from tests.services.push_service import FakePushService, PushDevice

NOTICE = Notice(
    title="Pansement à domicile",
    body="Évry-Courcouronnes, avant 18 h",
    path="offers/0190aaaa-0000-7000-8000-000000000001",
    answerable=True,
)
SOON = timedelta(minutes=15)


def one_room(settings: Settings) -> Flask:
    """Push on its floors; the header `X-Who` says who is signed in."""
    app = Flask("app")
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        TESTING=True,
    )
    for floor in (database, security, push, messages):
        floor.init_app(app)
    # Requests made inside a test's own app context share its `g`, and with it the person of the one before.
    app.before_request(lambda: g.__dict__.clear())
    people = LoginManager(app)

    @people.request_loader
    def who(incoming) -> Account | None:
        name = incoming.headers.get("X-Who")
        return db.session.get(Account, UUID(name)) if name else None

    return app


def new_account(now: datetime) -> UUID:
    with transaction():
        person = Account(email=f"{uuid4()}@example.org", given_name="Maya", family_name="L", created_at=now)
        db.session.add(person)
        db.session.flush()
        return person.id


def new_subscription(account_id: UUID, device: PushDevice, now: datetime) -> UUID:
    with transaction():
        row = Subscription(
            account_id=account_id,
            endpoint=device.endpoint,
            p256dh=device.p256dh,
            auth=device.auth,
            created_at=now,
        )
        db.session.add(row)
        db.session.flush()
        return row.id


@dataclass
class Phone:
    """A person with one phone, and what she is owed."""

    account_id: UUID
    device: PushDevice
    device_id: UUID
    subject_id: UUID = field(default_factory=uuid4)

    def owe(self, *, step: str = "offer", notice: Notice = NOTICE, lasts: timedelta = SOON) -> None:
        now = clock.now()
        with transaction():
            alert(self.account_id, self.subject_id, step, notice, now=now, expires_at=now + lasts)

    @property
    def messages(self) -> list[Message]:
        """Her rows, oldest first, read afresh."""
        db.session.rollback()
        owed = select(Message).where(Message.account_id == self.account_id).order_by(Message.id)
        return list(db.session.scalars(owed.options(joinedload(Message.subscription))))

    @property
    def message(self) -> Message:
        [only] = self.messages
        return only

    @property
    def known(self) -> bool:
        """Whether the house still has this device."""
        db.session.rollback()
        return db.session.get(Subscription, self.device_id) is not None


def new_phone(service: FakePushService) -> Phone:
    now = clock.now()
    account_id, device = new_account(now), service.new_device()
    return Phone(account_id, device, new_subscription(account_id, device, now))


def send() -> int:
    return send_due(clock.now())
