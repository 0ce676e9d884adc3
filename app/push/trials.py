"""One alert on demand to each device of a person, without the outbox: for the operator who asks whether it works."""

import socket
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

import uuid_utils.compat
from flask import current_app
from sqlalchemy import select

from app.config import Settings
from app.core.db import db
from app.push.models import Subscription
from app.push.notices import payload_of, topic_of
from app.push.outbox import Claimed
from app.push.reachability import TEST_LIFE
from app.push.rules import KEY_TROUBLE, Outcome
from app.push.subscriptions import TEST_NOTICE
from app.push.transport import CALL_TIMEOUT, transport_to

LIFE = timedelta(seconds=30)


@dataclass(frozen=True)
class Trial:
    """What came of one device; `device` is its name and whom its alerts go through."""

    device: str
    failed: bool
    words: str


def ring(account_id: UUID, now: datetime) -> list[Trial]:
    """Ring each device of this person once, and say what its push service answered. Outside any transaction."""
    settings: Settings = current_app.config["SETTINGS"]
    devices = db.session.scalars(select(Subscription).where(Subscription.account_id == account_id)).all()
    alerts = [(each.name or "device", _alert(each, now)) for each in devices]
    db.session.rollback()
    came: dict[UUID, Outcome | None] = {}

    def note(alert: Claimed, outcome: Outcome | None) -> None:
        came[alert.id] = outcome

    transport = transport_to(settings.push_hosts)
    transport.send([alert for _name, alert in alerts], note)
    while len(came) < len(alerts):
        transport.wait(CALL_TIMEOUT / 100)
    return [_trial(name, alert, came[alert.id]) for name, alert in alerts]


def _alert(device: Subscription, now: datetime) -> Claimed:
    subject_id = uuid_utils.compat.uuid7()
    return Claimed(
        id=subject_id,
        subject_id=subject_id,
        lease_token="",
        lease_until=now + LIFE,
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


def _trial(name: str, alert: Claimed, outcome: Outcome | None) -> Trial:
    device = f"{name} ({alert.origin.rstrip('/')})"
    if outcome is None:
        return Trial(device, True, "it could not be tried; the log says why")
    if outcome.fault == "silence":
        return Trial(device, True, f"failed at {_stage(alert.origin)}")
    if outcome.status is not None and 200 <= outcome.status <= 204:
        return Trial(device, False, f"taken ({outcome.status}): the device should ring within seconds")
    return Trial(device, True, _refusal(outcome))


def _refusal(outcome: Outcome) -> str:
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
