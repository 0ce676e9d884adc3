"""Saying that something changed, in the transaction that changes it."""

from uuid import UUID

from sqlalchemy import func, select

from app import clock
from app.core.db import before_commit, db, insert_into
from app.live.models import Topic

CHANNEL = "relais_live"


def changed(family: str, key: UUID) -> None:
    """Note that every screen about `family` and `key` is out of date; written when the transaction ends."""
    db.session.info.setdefault("topics", set()).add(topic_name(family, key))


def topic_name(family: str, key: UUID) -> str:
    return f"{family}-{key}"


@before_commit
def write_topics() -> None:
    """Written last and in one order, so that two transactions never wait for each other's topics."""
    names = sorted(db.session.info.pop("topics", ()))
    if not names:
        return
    engine = db.session.get_bind().dialect.name
    rows = [{"name": name, "version": 1, "changed_at": clock.now()} for name in names]
    statement = insert_into(Topic).values(rows)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[Topic.name],
            set_={"version": Topic.version + 1, "changed_at": statement.excluded.changed_at},
        )
    )
    if engine == "postgresql":
        db.session.execute(select(func.pg_notify(CHANNEL, "")))
