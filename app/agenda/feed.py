"""What somebody's own calendar reads of her visits: hours, how many, and the commune. A calendar's cloud is no host of
health data (L1111-8 CSP): no name, no care, no address is in it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from itertools import groupby

from flask import Response, abort, request, url_for
from icalendar import Calendar, Event

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import Role
from app.agenda import actions, queries, words
from app.agenda.models import CalendarFeed
from app.agenda.pages import FeedPage
from app.agenda.queries import Visited
from app.agenda.rules import When
from app.agenda.views import bp
from app.core.db import transaction
from app.core.htmx import page, see_other
from app.core.limits import limited
from app.core.security import capability
from app.core.ways import public_address
from app.directory.queries import recipients_of
from app.language.phrases import FRENCH, language, ngettext, speaking
from app.language.phrases import gettext as _

BEHIND, AHEAD = timedelta(days=7), timedelta(days=28)
"""How far around today a calendar reads."""

A_VISIT = timedelta(minutes=30)
PARTS = {"morning": (time(8), time(12)), "midday": (time(12), time(14)), "evening": (time(17), time(20))}
"""Where a calendar shows visits without an hour. They take no time there: she is free to put others between them."""

READS, WITHIN = 60, timedelta(hours=1)


@bp.get("/agenda/feed")
@role(Role.PRACTITIONER, own=True)
def feed() -> Response:
    return page(FeedPage(queries.feed_of(me().id)))


@bp.post("/agenda/feed")
@role(Role.PRACTITIONER, own=True)
def make_feed() -> Response:
    """A new address, shown on this answer alone; the former one reads nothing any more."""
    account_id = me().id
    recipients_of(me()) or abort(404)
    with transaction():
        token = actions.make_feed(account_id, clock.now())
    address = public_address(url_for("agenda.calendar", token=token))
    return page(FeedPage(queries.feed_of(account_id), address))


@bp.post("/agenda/feed/revocation")
@role(Role.PRACTITIONER, own=True)
def revoke_feed() -> Response:
    account_id = me().id
    with transaction():
        actions.revoke_feed(account_id, clock.now())
    return see_other(url_for("agenda.feed"))


def feed_token(token: str) -> str:
    return token


@bp.get("/agenda/feed/<token>.ics")
@capability("the address was shown once to the person whose visits these are")
@limited("calendar feed", READS, WITHIN, of=feed_token)
def calendar(token: str) -> Response:
    """RFC 5545; asked again with what was read last, it answers 304 (RFC 9110, 13.1)."""
    found, now = queries.by_token(token), clock.now()
    inboxes = recipients_of(found.account) if found else []
    if found is None or not inboxes:
        abort(404)
    today = clock.paris(now).date()
    week = queries.my_week(found.account_id, inboxes, today - BEHIND, today + AHEAD)
    with speaking(found.account.language or FRENCH):
        body = calendar_of(found, [each for each in week if each.waits]).to_ical()
    digest = sha256(body).hexdigest()
    changed_at = found.changed_at
    if found.digest != digest:
        changed_at = now
        with transaction():
            actions.note_change(found.id, digest, now)
    response = Response(body, content_type="text/calendar; charset=utf-8")
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.set_etag(digest)
    response.last_modified = changed_at
    response.make_conditional(request)
    return response


def calendar_of(feed: CalendarFeed, visits: Sequence[Visited]) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", f"-//Relais//{language().upper()}")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Mes visites (Relais)"))
    calendar.add("refresh-interval;value=duration", "PT4H")
    for when, met in groupby(visits, key=lambda each: each.when):
        calendar.add_component(event_of(feed, when, list(met)))
    return calendar


def event_of(feed: CalendarFeed, when: When, met: Sequence[Visited]) -> Event:
    """Those of one hour, or of one moment of a day."""
    communes = sorted({each.commune for each in met})
    starts_at, ends_at = span(when)
    event = Event()
    event.add("uid", f"{when.day.isoformat()}-{(when.at or starts_at).strftime('%H%M')}-{feed.id}@relais")
    event.add("dtstamp", max(each.changed_at for each in met))
    event.add("dtstart", starts_at)
    event.add("dtend", ends_at)
    event.add("summary", summary(when, len(met)))
    event.add("location", ", ".join(communes))
    event.add("url", public_address(url_for("agenda.week", week=when.day.isoformat())))
    event.add("class", "PRIVATE")
    event.add("transp", "OPAQUE" if when.at else "TRANSPARENT")
    return event


def span(when: When) -> tuple[datetime, datetime]:
    if when.at:
        return when.at, when.at + A_VISIT
    return tuple(at_wall(when.day, wall) for wall in PARTS[when.moment])  # type: ignore[return-value]


def at_wall(day: date, wall: time) -> datetime:
    return datetime.combine(day, wall, clock.PARIS).astimezone(UTC)


def summary(when: When, number: int) -> str:
    """`Visite 9 h`, `Visite 9 h, 2 passages`, `Matin, 3 passages`."""
    counted = ngettext("%(num)s passage", "%(num)s passages", number)
    if when.at is None:
        return f"{words.MOMENTS[when.moment]}, {counted}"
    visit = _("Visite %(hour)s", hour=words.hour_of(when))
    return visit if number == 1 else f"{visit}, {counted}"
