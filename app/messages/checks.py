"""Whether a device still rings: tried by its person, by Relais once a month, and by the operator who asks now."""

import socket
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from flask import current_app
from sqlalchemy import Select, case, false, func, literal, select

from app import clock
from app.accounts.models import Account
from app.config import Settings
from app.core.db import db, new_id
from app.jobs.setbacks import one_by_one
from app.jobs.timers import Due
from app.language.phrases import gettext as _
from app.language.phrases import later
from app.live import actions as topics
from app.messages.actions import ReachChanged, notify, notify_device, payload_of
from app.messages.models import CHECK, DEVICES_PAGE, TEST, Delivery, Notice
from app.messages.queries import tester
from app.messages.reachability import TEST_LIFE, check_ends_at, checks_begin_at
from app.push.models import Subscription
from app.push.outbox import ClaimedMessage, topic_of
from app.push.rules import CHECK_EVERY, KEY_TROUBLE, SendOutcome
from app.push.transport import CALL_TIMEOUT, transport_to

TEST_NOTICE = Notice(later("Essai de Relais"), later("Ce téléphone reçoit bien les alertes."), DEVICES_PAGE)
TRIAL_LIFE = timedelta(seconds=30)
BATCH = 100


def try_devices(account_id: UUID, now: datetime) -> None:
    """Ring every device of this person once, so that she sees which of them receive."""
    notify(account_id, new_id(), TEST, TEST_NOTICE, now=now, expires_at=now + TEST_LIFE)


def refresh_test(changed: ReachChanged) -> None:
    """If it is a test, who looks at it sees at once what became of it."""
    account_id = tester(changed.subject_id)
    if account_id:
        topics.changed("push-test", account_id)


def check_due(now: datetime) -> int:
    """Owe a check to every device whose time has come; returns to how many. A worker item."""
    if check_ends_at(now, clock.PARIS) is None:
        return 0
    return one_by_one("check of", _to_check(now).limit(BATCH), _check, now)


def oldest_due(now: datetime) -> Due:
    """When the check that waits longest fell due; one that fell due at night is late from the morning on."""
    since = checks_begin_at(now, clock.PARIS)
    from_then = literal(since, Subscription.check_at.type)
    fell_due = case((Subscription.check_at < from_then, from_then), else_=Subscription.check_at)
    asked = select(func.min(fell_due)).join(Account, Account.id == Subscription.account_id).where(Account.active)
    return asked if since else asked.where(false())


def _to_check(now: datetime) -> Select[UUID]:
    """Devices without any proof for a month, of people who may sign in."""
    theirs = select(Subscription.id).join(Account, Account.id == Subscription.account_id)
    return theirs.where(Subscription.check_at <= now, Account.active).order_by(Subscription.check_at)


def _check(device_id: UUID, now: datetime) -> None:
    """Ask a device that proved nothing for a month to ring once, while it is day; another worker's is left to it."""
    still = select(Subscription).where(Subscription.id == device_id, Subscription.check_at <= now)
    device = db.session.scalar(still.with_for_update(key_share=True, of=Subscription, skip_locked=True))
    ends_at = check_ends_at(now, clock.PARIS)
    if device is None or ends_at is None:
        return
    notice = Notice(
        _("Vérification du mois"), _("Ce téléphone reçoit bien les demandes."), DEVICES_PAGE, urgency="normal"
    )
    notify_device(device, Delivery(device.account_id, new_id(), notice, ends_at), CHECK, now)
    device.check_at = now + CHECK_EVERY


@dataclass(frozen=True)
class Trial:
    """What came of one device; `device` is its name and whom its alerts go through."""

    device: str
    failed: bool
    words: str


def ring_now(account_id: UUID, now: datetime) -> list[Trial]:
    """Ring each device of this person once, and say what its push service answered. Outside any transaction."""
    settings: Settings = current_app.config["SETTINGS"]
    devices = db.session.scalars(select(Subscription).where(Subscription.account_id == account_id)).all()
    messages = [(each.name or "device", _message(each, now)) for each in devices]
    db.session.rollback()
    came: dict[UUID, SendOutcome | None] = {}

    def note(message: ClaimedMessage, outcome: SendOutcome | None) -> None:
        came[message.id] = outcome

    transport = transport_to(settings.push_hosts)
    transport.send([message for _name, message in messages], note)
    while len(came) < len(messages):
        transport.wait(CALL_TIMEOUT / 100)
    return [_trial(name, message, came[message.id]) for name, message in messages]


def _message(device: Subscription, now: datetime) -> ClaimedMessage:
    subject_id = new_id()
    return ClaimedMessage(
        id=subject_id,
        subject_id=subject_id,
        lease_token="",
        lease_until=now + TRIAL_LIFE,
        device_id=device.id,
        origin="/".join(device.endpoint.split("/", 3)[:3]) + "/",
        endpoint=device.endpoint,
        p256dh=device.p256dh,
        auth=device.auth,
        vapid_key=device.vapid_key,
        notice=payload_of(TEST_NOTICE, subject_id),
        topic=topic_of(subject_id),
        urgency=TEST_NOTICE.urgency,
        attempts=1,
        expires_at=now + TEST_LIFE,
    )


def _trial(name: str, message: ClaimedMessage, outcome: SendOutcome | None) -> Trial:
    device = f"{name} ({message.origin.rstrip('/')})"
    if outcome is None:
        return Trial(device, True, "it could not be tried; the log says why")
    if outcome.fault == "silence":
        return Trial(device, True, f"failed at {_stage(message.origin)}")
    if outcome.status is not None and 200 <= outcome.status <= 204:
        return Trial(device, False, f"taken ({outcome.status}): the device should ring within seconds")
    return Trial(device, True, _refusal(outcome))


def _refusal(outcome: SendOutcome) -> str:
    if outcome.status in (404, 410):
        return f"the push service says that this device is gone ({outcome.status})"
    if outcome.status in KEY_TROUBLE:
        return f"the push service refuses our key or RELAIS_VAPID_SUBJECT ({outcome.status})"
    return f"refused: {outcome.status or outcome.fault}"


def _stage(origin: str) -> str:
    """Where a call that brought nothing back fails, found by going the same way once more."""
    parts = urlsplit(origin)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        with socket.create_connection((host, port), CALL_TIMEOUT) as line:
            if parts.scheme == "https":
                ssl.create_default_context().wrap_socket(line, server_hostname=host).close()
    except socket.gaierror:
        return "name resolution"
    except ssl.SSLError:
        return "TLS"
    except OSError:
        return "connection"
    return "the answer: none came"
