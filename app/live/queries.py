"""The versions of topics."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection

from app.core.db import rows
from app.live.models import Topic

_SHOWN = select(Topic.name, Topic.version, Topic.changed_at).where(Topic.name.in_(bindparam("names", expanding=True)))
CHUNK = 500  # names in one question; both engines bound the number of parameters
BETWEEN_NOTE_AND_COMMIT = timedelta(seconds=1)


def versions(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    """Present version of each of `names`; one that never changed is absent (version 0)."""
    found: dict[str, int] = {}
    left = iter(sorted(set(names)))
    while chunk := list(islice(left, CHUNK)):
        present = connection.execute(select(Topic.name, Topic.version).where(Topic.name.in_(chunk)))
        found.update((name, version) for name, version in present)
    return found


def stamp(names: Iterable[str], since: datetime) -> str:
    """`name:version,name:version`, what a page begun at `since` shows for sure; the stream tells it the rest.

    The page read its rows before it reads these versions. A topic that changed in between might be newer here
    than on the page, so it counts as one version older: the page then looks once more, not once too few.
    A page that speaks of more than some fifty things listens to what holds them, so that its URL stays short.
    """
    wanted = list(names)
    shown = rows(_SHOWN, names=wanted)
    sure = {t.name: t.version - (t.changed_at >= since - BETWEEN_NOTE_AND_COMMIT) for t in shown}
    return ",".join(f"{name}:{sure.get(name, 0)}" for name in wanted)
