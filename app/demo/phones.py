"""Phones of the invented people: Web Push devices like any other to Relais, at an address of its own.

Their keys are derived from the instance's secret, so that none is stored and any process can be all of them.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zlib import crc32

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import current_app
from sqlalchemy import select

from app.accounts.models import Account, Role
from app.config import Settings
from app.core.db import db
from app.core.tokens import derived_token, keyed_hash, new_token, same
from app.demo.people import CAST, email_of
from app.letters import actions as letters
from app.letters.rules import LetterOutcome, LetterVerdict, Medium
from app.messages import channels
from app.messages.models import DEVICES_PAGE
from app.push import actions as devices
from app.push import outbox
from app.push.models import Subscription
from app.push.request import receipt_token_matches
from app.push.rules import MessageVerdict

PATH = "/demo/phones/"
WITHOUT_PHONE = frozenset({"chantal.nguyen", "doctor-2", "georges.simon"})
"""Who never asked to be alerted, so that « par e-mail » is seen to exist."""

ONE_OFF_IN = 9
"""Among so many phones, one is switched off: it was sent the alert, and never says that it has it."""


class Unreadable(ValueError):
    """What came is not a message of ours to this phone."""


@dataclass(frozen=True)
class Phone:
    """`owner`: a key of `people.toml`. The same people's phones are off on every instance."""

    owner: str

    @property
    def on(self) -> bool:
        return crc32(email_of(self.owner).encode()) % ONE_OFF_IN != 0

    @property
    def token(self) -> str:
        return derived_token("demo-phone", self.owner)

    @property
    def endpoint(self) -> str:
        return f"{origin(current_app.config['SETTINGS'])}{PATH}{self.token}"

    @property
    def key(self) -> ec.EllipticCurvePrivateKey:
        # 248 bits of the 256: always below the order of the curve.
        return ec.derive_private_key(1 + int(keyed_hash("demo-phone-key", self.owner)[:62], 16), ec.SECP256R1())

    @property
    def auth(self) -> bytes:
        return bytes.fromhex(keyed_hash("demo-phone-auth", self.owner)[:32])


ANSWERING = [*CAST.professionals]
ANSWERING += [key for key, one in CAST.staff.items() if any(role is Role.PRACTITIONER for _place, role in one.roles)]
PHONES = tuple(Phone(key) for key in ANSWERING if key not in WITHOUT_PHONE)


def origin(settings: Settings) -> str:
    """What the sender may call besides push services, in demo mode."""
    return f"http://localhost:{settings.port}"


def at(token: str) -> Phone | None:
    """The phone whose address ends so."""
    return next((phone for phone in PHONES if same(token, phone.token)), None)


def switch_on(now: datetime) -> None:
    """Subscribe every phone at the address where Relais is served now; one of another port or secret goes."""
    emails = [email_of(phone.owner) for phone in PHONES]
    here = select(Account.email, Account.id).where(Account.email.in_(emails))
    people = {row.email: row.id for row in db.session.execute(here)}
    for phone in PHONES:
        account_id, endpoint = people.get(email_of(phone.owner)), phone.endpoint
        if account_id is None:  # A territory loaded before this person was invented.
            continue
        for former in _former(account_id, endpoint):
            devices.unsubscribe(account_id, former)
        point = phone.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        devices.subscribe(account_id, endpoint, _base64url(point), _base64url(phone.auth), now)


def _former(account_id: UUID, endpoint: str) -> Sequence[str]:
    address = Subscription.endpoint
    mine = select(address).where(Subscription.account_id == account_id, address.contains(PATH), address != endpoint)
    return db.session.scalars(mine).all()


def announced(phone: Phone, body: bytes) -> UUID | None:
    """Which message this encrypted body (RFC 8291) brings; None when it calls for no answer. Raises `Unreadable`."""
    try:
        text = http_ece.decrypt(body, private_key=phone.key, auth_secret=phone.auth, version="aes128gcm")
        notice = json.loads(text)
        receipt = notice["receipt"]
        message_id = UUID(receipt["path"].rpartition("/")[2])
        ours = receipt_token_matches(message_id, receipt["token"])
    except (http_ece.ECEException, ValueError, LookupError, TypeError, AttributeError) as error:
        raise Unreadable from error
    if not ours:
        raise Unreadable
    return message_id if "answers" in notice or notice.get("path") == DEVICES_PAGE else None


def deliver(now: datetime) -> None:
    """In days that are told afterwards: what the senders and the phones would have done by themselves by `now`."""
    for message in outbox.claim(1000, new_token(), now):
        phone = at(message.endpoint.rpartition("/")[2])
        if phone and phone.on and message.notice["answerable"]:
            devices.receive(message.id, now)
        else:
            outbox.settle(message, MessageVerdict("sent"), 201, now)
    while waiting := db.session.scalars(channels.due(now)).all():
        for message_id in waiting:
            channels.hand_over(message_id, now)
    for medium in Medium:
        while letter := letters.claim(medium, now):
            letters.settle(letter, LetterVerdict("sent"), LetterOutcome(status=250), now)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
