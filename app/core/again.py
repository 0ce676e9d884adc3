"""A request that PostgreSQL undid so that another may go on is done once more, before anybody hears of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

import structlog
from flask import Flask, g, request, session
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError

from app.core.db import db
from app.core.waiting import was_undone

log = structlog.get_logger()


def init_app(app: Flask) -> None:
    app.dispatch_request = once_more(app.dispatch_request)  # type: ignore[method-assign]


@contextmanager
def whatever_comes() -> Iterator[None]:
    """What is written within is as true when the request is done once more, and does not keep it from being so."""
    wrote = "wrote" in g
    yield
    if not wrote:
        g.pop("wrote", None)


def once_more(dispatch: Callable[[], ResponseReturnValue]) -> Callable[[], ResponseReturnValue]:
    """`dispatch`, a second time when it lost a deadlock and has written nothing: a view reads its form, its cookie and
    its rows again, and does the whole again. One that had kept something already is not repeated: it answers 503."""

    @wraps(dispatch)
    def dispatched() -> ResponseReturnValue:
        brought, known = dict(session), vars(g).copy()
        try:
            return dispatch()
        except OperationalError as error:
            if not was_undone(error) or "wrote" in g:
                raise
        log.info("request_again", path=request.endpoint)
        db.session.rollback()
        session.clear()  # A challenge that was taken, a code that was answered, who was signed in: none of it is so.
        session.update(brought)
        vars(g).clear()
        vars(g).update(known)
        for file in request.files.values():
            file.stream.seek(0)
        return dispatch()

    return dispatched
