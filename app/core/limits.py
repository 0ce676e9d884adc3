"""How often one may try. Counted in our own database, so that several processes count together (decision 0007)."""

import ipaddress
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import ParamSpec, TypeVar, cast

import structlog
from flask import Flask, current_app, make_response, request
from sqlalchemy import case, delete, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.exceptions import TooManyRequests
from werkzeug.middleware.proxy_fix import ProxyFix

from app import clock
from app.core.again import whatever_comes
from app.core.db import Model, db, insert_into, transaction
from app.core.tokens import keyed_hash

MINUTE = timedelta(minutes=1)

UNHEARD = "RELAIS_TRUSTED_PROXIES is 0 and a proxy stands in front: everybody counts as one address. Say how many."
SAID_EVERY = timedelta(hours=1)
UNHEARD_LASTS = timedelta(days=1)

P = ParamSpec("P")
R = TypeVar("R")

log = structlog.get_logger()


class Attempts(Model):
    """How often one somebody tried one something since the window began; who it is cannot be read from it."""

    __tablename__ = "attempts"

    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(index=True)


def limited(
    name: str, times: int, within: timedelta, of: Callable[..., str], *, failures: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """At most `times` within `within` for each `of(**view_args)`; then 429, until the window ends.

    `failures`: only what is refused (4xx) counts. For an address, which a hospital's people share: three hundred who
    come in are no flood, and one who guesses is. Counted first and given back, so that guesses at once count too.
    Goes inside the guard: who may not come in at all is not counted.
    """

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def counted(*args: P.args, **kwargs: P.kwargs) -> R:
            now, who = clock.now(), of(**kwargs)
            count, ends_at = _counted(name, who, within, now)
            if count > times and current_app.config["LIMITS_HOLD"]:
                log.warning("limit_reached", limit=name)
                raise TooManyRequests(retry_after=int((ends_at - now).total_seconds()) + 1)
            answer = view(*args, **kwargs)
            if not failures:
                return answer
            response = make_response(answer)
            if not 400 <= response.status_code < 500:
                _forgive(name, who, now)
            return cast(R, response)

        return counted

    return decorate


def _counted(name: str, who: str, within: timedelta, now: datetime) -> tuple[int, datetime]:
    """This request, once, were it done a second time because it lost a deadlock (`again.py`)."""
    known: dict[str, tuple[int, datetime]] = request.environ.setdefault("relais.counted", {})
    if name not in known:
        with whatever_comes(), transaction():
            known[name] = count_attempt(name, who, within, now=now)
    return known[name]


def by_address(**_view_args: object) -> str:
    """The network the request came from: an IPv6 customer owns 2^64 addresses, so they count as one."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def by_argument(name: str) -> Callable[..., str]:
    """What the URL names: each patient link, each invitation has its own count."""
    return lambda **view_args: str(view_args[name])


def count_attempt(name: str, who: str, within: timedelta, *, now: datetime) -> tuple[int, datetime]:
    """One more; returns how many in the present window, and when it ends. Windows begin with the first attempt."""
    statement = insert_into(Attempts).values(key=keyed_hash("attempts", f"{name}/{who}"), count=1, ends_at=now + within)
    over = Attempts.ends_at <= now
    count, ends_at = db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[Attempts.key],
            set_={
                "count": case((over, 1), else_=Attempts.count + 1),
                "ends_at": case((over, statement.excluded.ends_at), else_=Attempts.ends_at),
            },
        ).returning(Attempts.count, Attempts.ends_at)
    ).one()
    if count == 1:
        _forget_some(now)
    return count, ends_at


def give_back(name: str, who: str, *, now: datetime) -> None:
    """One less in the present window: it was no attempt to be afraid of."""
    key = keyed_hash("attempts", f"{name}/{who}")
    this_window = Attempts.key == key, Attempts.ends_at > now, Attempts.count > 0
    db.session.execute(
        update(Attempts)
        .where(*this_window)
        .values(count=Attempts.count - 1)
        .execution_options(synchronize_session=False)
    )


def _forgive(name: str, who: str, now: datetime) -> None:
    """What the view did is done and kept: a count that cannot be given back turns no yes into "try again"."""
    try:
        with whatever_comes(), transaction():
            give_back(name, who, now=now)
    except SQLAlchemyError as error:
        log.warning("attempt_not_given_back", limit=name, error=type(error).__name__)


def _forget_some(now: datetime) -> None:
    """Each new window clears away old ones, skipping those that another process is clearing."""
    over = select(Attempts.key).where(Attempts.ends_at <= now).limit(100).with_for_update(skip_locked=True)
    db.session.execute(delete(Attempts).where(Attempts.key.in_(over)).execution_options(synchronize_session=False))


def note_unheard_proxy() -> None:
    """A proxy of ours says for whom it asks, and nobody listens: everybody behind it is one address.

    Said in the log, and in a row so that `relais doctor` can say it from another process; once an hour.
    """
    now, said = clock.now(), current_app.extensions.get("unheard_proxy_said")
    if "X-Forwarded-For" not in request.headers or not is_near() or (said and now < said + SAID_EVERY):
        return
    current_app.extensions["unheard_proxy_said"] = now
    log.warning("proxy_unheard", mend=UNHEARD)
    try:
        with transaction():
            count_attempt("proxy unheard", "", UNHEARD_LASTS, now=now)
    except SQLAlchemyError as error:
        log.warning("proxy_unheard_not_noted", error=type(error).__name__)


def is_near() -> bool:
    """Did a machine of ours connect? From further away, anybody may send that header."""
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_private
    except ValueError:  # A socket of this machine has no address.
        return True


def unheard_proxy(now: datetime) -> list[str]:
    """What to tell the operator when a proxy went unheard within the last day; nothing once proxies are trusted."""
    key = keyed_hash("attempts", "proxy unheard/")
    noted = select(Attempts.key).where(Attempts.key == key, Attempts.ends_at > now)
    trusted = current_app.config["SETTINGS"].trusted_proxies
    return [UNHEARD] if not trusted and db.session.scalar(noted) else []


def init_app(app: Flask) -> None:
    """Who asks is who connects, unless the operator says how many proxies of ours stand in front."""
    app.config.setdefault("LIMITS_HOLD", True)
    if not (proxies := app.config["SETTINGS"].trusted_proxies):
        app.before_request(note_unheard_proxy)
    else:
        # Only the address: gunicorn itself reads the scheme, and nothing here asks for another host name.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]
