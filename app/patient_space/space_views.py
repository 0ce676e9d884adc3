"""A patient's own space: her card opens it. Whoever has no cookies keeps the key in the address, for an hour or two."""

from datetime import timedelta
from uuid import UUID

from flask import Response, abort, request, url_for

from app import clock
from app.appointments import queries, spaces
from app.appointments.forms import chosen_reading
from app.appointments.models import PatientSpace
from app.audit.actions import record
from app.audit.origin import Source, came_by
from app.core.db import transaction
from app.core.htmx import page, see_other
from app.core.limits import limited
from app.core.security import capability
from app.funding.pages import costs_of
from app.letters.rules import is_address
from app.patient_space.pages import ClosedPage, CodeWordsPage, CostsPage, EndedPage, HerWeekPage, ReadersPage, SpacePage
from app.patient_space.reading import back_to, reading
from app.patient_space.views import bp, event_of, new_calendar, quiet
from app.stays.queries import has_died

TRIES, WITHIN = 10, timedelta(hours=1)
"""Wrong words for one card: more than anybody mistypes, and one chance in 6,500 for whoever has only the code."""


def card_of(token: str) -> str:
    return token


@bp.get("/s/<token>")
@capability("the token on the card was handed to the patient; her two words are asked next")
def space_door(token: str) -> Response:
    """Looking changes nothing and tells nothing: not even whose it is."""
    space = spaces.by_card(token)
    return closed_or(space.person_id) or quiet(page(CodeWordsPage(token))) if space else no_space()


@bp.post("/s/<token>")
@capability("the token on the card was handed to the patient; her two words prove the card")
@limited("code words", TRIES, WITHIN, of=card_of, failures=True)
def open_space(token: str) -> Response:
    came_by(Source.PATIENT_LINK)
    space, now, said = spaces.by_card(token), clock.now(), request.form.get("words", "")[:100]
    if space is None:
        return no_space()
    if closed := closed_or(space.person_id):
        return closed
    if not spaces.said_right(space, said):
        return quiet(page(CodeWordsPage(token, said, wrong=True), status=422))
    with transaction():
        record("space.opened", space, now=now)
        spaces.set_reading(space, reading().asked.get("lang"), reading().large or None, now=now)
    return quiet(see_other(url_for("patient_space.space", token=token, key=spaces.key_for(space, now))))


@bp.get("/s/<token>/<key>")
@capability("the key was made for who said the two words, and ends by itself")
def space(token: str, key: str) -> Response:
    hers = opened(token, key)
    return quiet(page(SpacePage.of(hers, token, key, clock.now()))) if hers else words_again(token)


@bp.get("/s/<token>/<key>/readers")
@capability("the key was made for who said the two words, and ends by itself")
def readers(token: str, key: str) -> Response:
    """Who looked at her file: the law lets her ask, so she need not (L1110-4, GDPR article 15)."""
    hers = opened(token, key)
    return quiet(page(ReadersPage.of(hers, token, key, clock.now()))) if hers else words_again(token)


@bp.get("/s/<token>/<key>/week")
@capability("the key was made for who said the two words, and ends by itself")
def her_week(token: str, key: str) -> Response:
    """Who comes in the next seven days: to read, or to print for her refrigerator."""
    hers = opened(token, key)
    return quiet(page(HerWeekPage.of(hers, token, key, clock.now()))) if hers else words_again(token)


@bp.get("/s/<token>/<key>/costs")
@capability("the key was made for who said the two words, and ends by itself")
def costs(token: str, key: str) -> Response:
    """What was estimated with her, from when it was shown to her."""
    hers = opened(token, key)
    return quiet(page(CostsPage(token, key, costs_of(hers.person_id, clock.now())))) if hers else words_again(token)


@bp.post("/s/<token>/<key>/reading")
@capability("the key was made for who said the two words, and ends by itself")
def read_space(token: str, key: str) -> Response:
    """How she wants to read, from now on and in what is sent to her."""
    came_by(Source.PATIENT_LINK)
    chosen, hers = chosen_reading(), opened(token, key)
    if hers is None:
        return words_again(token)
    with transaction():
        spaces.set_reading(hers, *chosen, now=clock.now())
    return quiet(see_other(url_for(back_to("patient_space.space"), token=token, key=key)))


@bp.post("/s/<token>/<key>/reminders")
@capability("the key was made for who said the two words, and ends by itself")
def set_reminders(token: str, key: str) -> Response:
    """By SMS, by mail at the address that is written, or not at all."""
    came_by(Source.PATIENT_LINK)
    hers, now = opened(token, key), clock.now()
    if hers is None:
        return words_again(token)
    by, address = request.form.get("by", ""), request.form.get("email", "").strip().lower()
    if by not in ("sms", "email", "none"):
        abort(400)
    if by == "email" and not is_address(address):
        return quiet(page(SpacePage.of(hers, token, key, now, wrote=address), status=422))
    with transaction():
        spaces.set_reminders(hers, by != "none", address if by == "email" else None, now=now)
    return quiet(see_other(url_for("patient_space.space", token=token, key=key)))


@bp.get("/s/<token>/agenda/<key>.ics")
@capability("the key was shown to the patient in her space, and ends with her card")
def agenda(token: str, key: str) -> Response:
    """What her own calendar fetches again and again (RFC 5545): hours and names, nothing of the care."""
    hers = spaces.by_card(token)
    if hers is None or not spaces.is_calendar_key(hers, key):
        abort(404)
    calendar = new_calendar("PUBLISH")
    calendar.add("refresh-interval;value=duration", "PT4H")
    for visit in queries.coming_to(hers.person_id, clock.now()):
        if visit.starts_at:
            calendar.add_component(event_of(visit, visit.starts_at))
    return quiet(Response(calendar.to_ical(), content_type="text/calendar; charset=utf-8; method=PUBLISH"))


def closed_or(person_id: UUID) -> Response | None:
    """Instead of any page about who died."""
    return quiet(page(ClosedPage(None))) if has_died(person_id) else None


def opened(token: str, key: str) -> PatientSpace | None:
    """Nobody's any more once she died: neither read nor acted in, whatever page stands open."""
    hers = spaces.by_card(token)
    return hers if hers and spaces.is_open(hers, key, clock.now()) and not has_died(hers.person_id) else None


def words_again(token: str) -> Response:
    """The key has ended: the words open it again."""
    hers = spaces.by_card(token)
    if hers is None:
        return no_space()
    return closed_or(hers.person_id) or quiet(see_other(url_for("patient_space.space_door", token=token)))


def no_space() -> Response:
    return quiet(page(EndedPage(None), status=404))
