"""What is said to the database, for tests that count it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from app.core.db import db


@contextmanager
def statements() -> Iterator[list[str]]:
    """All statements while inside, but for BEGIN, which one engine says aloud."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            said.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield said
    event.remove(db.engine, "before_cursor_execute", note)
