"""How instants, lengths and counts are said, and the language of the screens. Nothing about care."""

from datetime import date, datetime, timedelta
from math import inf
from urllib.parse import quote

import phonenumbers
from babel.dates import format_date
from flask import Flask, request
from flask_babel import Babel
from jinja2 import StrictUndefined
from phonenumbers import PhoneNumberFormat

from app.core import clock
from app.core.phones import FRENCH, WrongNumber, read_number

DAYS = {-1: "hier", 0: "aujourd'hui", 1: "demain"}


def hour(moment: datetime) -> str:
    """`14 h 05`, `9 h`, in Paris; no-break spaces, so that an hour is never cut from its minutes."""
    local = clock.paris(moment)
    return f"{local.hour}\u00a0h" + (f"\u00a0{local.minute:02d}" if local.minute else "")


def french_date(day: date, form: str = "long") -> str:
    """`12 mars 2027`. `form`: as Babel writes one, such as `EEEE d MMMM`."""
    return str(format_date(day, form, locale="fr"))


def day(moment: datetime, now: datetime | None = None) -> str:
    """`aujourd'hui`, `demain`, `mardi 24 novembre`."""
    local = clock.paris(moment).date()
    away = (local - clock.paris(now or clock.now()).date()).days
    return DAYS.get(away) or french_date(local, "EEEE d MMMM")


def full_date(moment: datetime) -> str:
    """`samedi 28 novembre 2026`, for what is read on another day."""
    return french_date(clock.paris(moment).date(), "EEEE d MMMM y")


def moment(value: datetime, now: datetime | None = None) -> str:
    """`aujourd'hui à 14 h 05`."""
    return f"{day(value, now)} à {hour(value)}"


def span(start: datetime, end: datetime, now: datetime | None = None) -> str:
    """`aujourd'hui, avant 21 h`, `demain, de 7 h à 13 h`, `avant mardi 24 novembre à 10 h`."""
    now = now or clock.now()
    if day(start, now) != day(end, now):
        return f"avant {moment(end, now)}"
    return f"{day(end, now)}, " + (f"de {hour(start)} à {hour(end)}" if start > now else f"avant {hour(end)}")


def wanted(start: datetime, end: datetime, now: datetime) -> str:
    """The same as people say it: `demain, 7 h – 13 h`, `d'ici lundi matin`, `avant le 28 décembre`. Never later than
    `end` by more than the half-day it falls in; `span` and `moment` are exact."""
    if day(start, now) == day(end, now):
        return f"{day(end, now)}, " + (f"{hour(start)} – {hour(end)}" if start > now else f"avant {hour(end)}")
    local = clock.paris(end)
    if local.hour < 6:  # Who waits for the small hours has waited the evening before.
        local = local - timedelta(hours=6)
        part = "soir"
    else:
        part = "matin" if local.hour < 12 else "après-midi" if local.hour < 18 else "soir"
    away = (local.date() - clock.paris(now).date()).days
    if away == 0:
        return f"d'ici ce {part}" if part != "après-midi" else "d'ici cet après-midi"
    if away > 6:
        return f"avant le {format_date(local, 'd MMMM', locale='fr')}"
    return f"d'ici {DAYS.get(away) or format_date(local, 'EEEE', locale='fr')} {part}"


def brief(value: datetime, now: datetime) -> str:
    """`14 h 05` today, `demain 9 h`, `mar. 9 h` within the week, `12 déc. 9 h`: for a narrow column of hours."""
    local = clock.paris(value).date()
    away = (local - clock.paris(now).date()).days
    if away == 0:
        return hour(value)
    name = DAYS.get(away) or french_date(local, "EEE" if 0 < away < 7 else "d MMM")
    return f"{name} {hour(value)}"


def stamp(value: datetime) -> str:
    """`14:05:09`, for timelines where seconds tell the story."""
    return clock.paris(value).strftime("%H:%M:%S")


def length(delta: timedelta) -> str:
    """`40 s`, `12 min`, `2 h 05`, `3 j`."""
    seconds = max(0, round(delta.total_seconds()))
    if seconds < 60:
        return f"{seconds}\u00a0s"
    if seconds < 3600:
        return f"{seconds // 60}\u00a0min"
    if seconds < 86400:
        hours, minutes = divmod(seconds // 60, 60)
        return f"{hours}\u00a0h" + (f"\u00a0{minutes:02d}" if minutes else "")
    return f"{seconds // 86400}\u00a0j"


def distance(km: float) -> str:
    """`800 m`, `3,4 km`, `12 km`: as the crow flies, so never more precise than that deserves."""
    if km == inf:
        return "distance inconnue"
    hundreds = max(1, round(km * 10))
    if hundreds < 10:
        return f"{hundreds * 100}\u00a0m"
    return f"{km:.1f}\u00a0km".replace(".", ",") if km < 10 else f"{round(km)}\u00a0km"


def count(number: int, singular: str, plural: str | None = None) -> str:
    """`1 refus`, `4 vus`, `0 vu`: French counts zero as singular."""
    return f"{number}\u00a0{singular if number < 2 else plural or singular + 's'}"


def phone(number: str) -> str:
    """`01 69 00 00 00`, `0692 12 34 56`, `+32 470 12 34 56`; what is no number is shown as it stands."""
    try:
        read = phonenumbers.parse(read_number(number))
    except WrongNumber:
        return number
    form = PhoneNumberFormat.NATIONAL if read.country_code in FRENCH else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(read, form).replace(" ", "\u00a0")


def map_link(address: str) -> str:
    """What opens the way there in the phone's own map: `geo:` (RFC 5870), or Apple's where that is not known."""
    agent, place = request.user_agent.string, quote(address, safe="")
    if any(name in agent for name in ("iPhone", "iPad", "Macintosh")):
        return f"https://maps.apple.com/?q={place}"
    return f"geo:0,0?q={place}"


def init_app(app: Flask) -> None:
    # French is the language of the sources; a translation only has to be added to be offered.
    babel = Babel(app, default_locale="fr", default_timezone="Europe/Paris")
    with app.app_context():
        if len(babel.list_translations()) == 1:  # Nothing to look up: a tenth of what a page costs.
            app.jinja_env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.globals["now"] = clock.now
    app.jinja_env.filters.update(
        day=day, hour=hour, distance=distance, lasting=length, moment=moment, phone=phone, span=span
    )
    app.jinja_env.filters.update(map_link=map_link, full_date=full_date, french_date=french_date)
