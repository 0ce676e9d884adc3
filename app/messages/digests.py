"""What waited rings when its time has come: one alert as it is, several as one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select

from app.core.db import db, new_id
from app.jobs.setbacks import one_by_one
from app.jobs.timers import Due
from app.language.phrases import later
from app.messages import queries
from app.messages.actions import notify
from app.messages.models import DIGEST, Alert, Notice

BATCH = 100


def release_due(now: datetime) -> int:
    """Let ring what has waited long enough; returns for how many people. A worker item."""
    people = select(Alert.account_id).where(Alert.rings_at <= now).group_by(Alert.account_id)
    return one_by_one("alerts of", people.order_by(func.min(Alert.rings_at)).limit(BATCH), _release, now)


def oldest_due(_now: datetime) -> Due:
    return select(func.min(Alert.rings_at)).where(Alert.rings_at.is_not(None))


def _waiting_for(account_id: UUID) -> list[Alert]:
    """Held until the transaction ends; another worker's are left to it."""
    waiting = select(Alert).where(Alert.account_id == account_id, Alert.rings_at.is_not(None)).order_by(Alert.id)
    return list(db.session.scalars(waiting.with_for_update(key_share=True, skip_locked=True)))


def _release(account_id: UUID, now: datetime) -> None:
    """All that waits for her, even what could wait longer: once she is called, she is called."""
    waiting = _still_of_use(_waiting_for(account_id), now)
    free_at = queries.free_again_at(account_id, now)
    if free_at > now:  # Her wishes changed, or the day is full by now.
        for alert in waiting:
            alert.rings_at = min(free_at, alert.expires_at)
    elif len(waiting) == 1:
        _ring(waiting[0], now)
    elif waiting:
        _ring_together(waiting, now)


def _still_of_use(waiting: list[Alert], now: datetime) -> list[Alert]:
    """Whoever said that these would be over by now says so to others too: here they only never ring."""
    late = [alert.id for alert in waiting if alert.expires_at <= now]
    db.session.execute(delete(Alert).where(Alert.id.in_(late)).execution_options(synchronize_session=False))
    return [alert for alert in waiting if alert.id not in late]


def _ring(alert: Alert, now: datetime) -> None:
    notice = Notice(**alert.notice or {})
    notify(alert.account_id, alert.subject_id, alert.step, notice, now=now, expires_at=alert.expires_at)
    _rang(alert, now)


def _ring_together(waiting: list[Alert], now: datetime) -> None:
    digest_id, last = new_id(), max(alert.expires_at for alert in waiting)
    notify(waiting[0].account_id, digest_id, DIGEST, _digest(len(waiting)), now=now, expires_at=last)
    for alert in waiting:
        alert.digest_id = digest_id
        _rang(alert, now)


def _rang(alert: Alert, now: datetime) -> None:
    alert.rang_at, alert.rings_at, alert.notice = now, None, None


def _digest(number: int) -> Notice:
    """Opens the app's root, where each person finds what awaits her."""
    title = later("%(n)s demandes vous attendent", n=number)
    elsewhere = later("Relais : %(n)s demandes vous attendent. Ouvrez Relais pour répondre.", n=number)
    body = later("Ouvrez Relais pour répondre.")
    return Notice(title, body, "", answerable=True, buttons=False, urgency="normal", elsewhere=elsewhere)
