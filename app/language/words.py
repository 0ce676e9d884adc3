"""How instants, lengths, amounts and counts are said, in the language that is spoken. Nothing about care."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import inf

import phonenumbers
from babel.dates import format_date
from babel.numbers import format_currency
from phonenumbers import PhoneNumberFormat

from app import clock
from app.language.phones import FRENCH as FRENCH_CODES
from app.language.phones import WrongNumber, read_number
from app.language.phrases import FRENCH, decimal, language, later, ngettext
from app.language.phrases import gettext as _
from app.language.typography import NO_BREAK

DAYS = {-1: later("hier"), 0: later("aujourd'hui"), 1: later("demain")}
LOCALES = {"fr": "fr_FR", "en": "en_GB", "ar": "ar", "pt": "pt_PT", "tr": "tr_TR", "uk": "uk_UA"}
FORMS = {
    "pt": {"EEEE d MMMM": "EEEE, d 'de' MMMM", "EEEE d MMMM y": "EEEE, d 'de' MMMM 'de' y", "d MMMM": "d 'de' MMMM"},
    "tr": {"EEEE d MMMM": "d MMMM EEEE", "EEEE d MMMM y": "d MMMM y EEEE"},
    "uk": {"EEEE d MMMM": "EEEE, d MMMM", "EEEE d MMMM y": "EEEE, d MMMM y"},
}
"""How a language orders a date where it is not as French does (CLDR). Figures are those of the clocks on the walls
here, and an hour is one of twenty-four, in every language."""


def hour(moment: datetime) -> str:
    """`14 h 05`, `9 h` (`14:05`, `9:00`), in Paris; no-break spaces, so that an hour is never cut from its minutes."""
    local = clock.paris(moment)
    if language() != FRENCH:
        return f"{local.hour}:{local.minute:02d}"
    return f"{local.hour}{NO_BREAK}h" + (f"{NO_BREAK}{local.minute:02d}" if local.minute else "")


def whole_hour(number: int) -> str:
    """`21 h`, `21:00`: an hour of the clock that is no instant."""
    return f"{number}{NO_BREAK}h" if language() == FRENCH else f"{number}:00"


def date_words(day: date, form: str = "long") -> str:
    """`12 mars 2027`, `12 March 2027`. `form`: as Babel writes one, such as `EEEE d MMMM`."""
    words = str(format_date(day, FORMS.get(language(), {}).get(form, form), locale=LOCALES[language()]))
    if day.day == 1 and language() == FRENCH:  # *1er*, which the locale's own patterns do not write.
        return re.sub(r"(?<!\d)1(?= [^\W\d])", "1er", words)
    return words


def sentence(words: str) -> str:
    """With the first letter of a sentence; the others as they stand: months and names keep theirs."""
    said = str(words)  # It may be one of those that are found when they are read.
    return ("İ" if language() == "tr" and said[:1] == "i" else said[:1].upper()) + said[1:]


def listed(words: Iterable[str]) -> str:
    """One after the other, with the comma of the language."""
    return ("، " if language() == "ar" else ", ").join(map(str, words))


def near_day(away: int) -> str:
    """`hier`, `aujourd'hui`, `demain`; empty for others. `away`: in days."""
    return str(DAYS.get(away, ""))


def day(moment: datetime, now: datetime | None = None) -> str:
    """`aujourd'hui`, `demain`, `mardi 24 novembre`."""
    local = clock.paris(moment).date()
    away = (local - clock.paris(now or clock.now()).date()).days
    return near_day(away) or date_words(local, "EEEE d MMMM")


def full_date(moment: datetime | date) -> str:
    """`samedi 28 novembre 2026`, for what is read on another day."""
    on = clock.paris(moment).date() if isinstance(moment, datetime) else moment
    return date_words(on, "EEEE d MMMM y")


def date_of(moment: datetime) -> str:
    """`28 novembre 2026`: on which day of Paris it was."""
    return date_words(clock.paris(moment).date(), "d MMMM y")


def moment(value: datetime, now: datetime | None = None) -> str:
    """`aujourd'hui à 14 h 05`."""
    return _("%(day)s à %(hour)s", day=day(value, now), hour=hour(value))


def span(start: datetime, end: datetime, now: datetime | None = None) -> str:
    """`aujourd'hui, avant 21 h`, `demain, de 7 h à 13 h`, `avant mardi 24 novembre à 10 h`."""
    now = now or clock.now()
    if day(start, now) != day(end, now):
        return _("avant %(at)s", at=moment(end, now))
    if start > now:
        return _("%(day)s, de %(start)s à %(end)s", day=day(end, now), start=hour(start), end=hour(end))
    return _("%(day)s, avant %(end)s", day=day(end, now), end=hour(end))


def wanted(start: datetime, end: datetime, now: datetime) -> str:
    """The same as people say it: `demain, 7 h – 13 h`, `d'ici lundi matin`, `avant le 28 décembre`. Never later than
    `end` by more than the half-day it falls in; `span` and `moment` are exact."""
    if day(start, now) == day(end, now):
        if start > now:
            return _("%(day)s, %(start)s – %(end)s", day=day(end, now), start=hour(start), end=hour(end))
        return _("%(day)s, avant %(end)s", day=day(end, now), end=hour(end))
    local = clock.paris(end)
    if local.hour < 6:  # Who waits for the small hours has waited the evening before.
        local = local - timedelta(hours=6)
    away = (local.date() - clock.paris(now).date()).days
    if away > 6:
        return _("avant le %(date)s", date=date_words(local, "d MMMM"))
    return _by(local.hour, "" if away == 0 else near_day(away) or date_words(local, "EEEE"))


def _by(local_hour: int, name: str) -> str:
    """`d'ici lundi matin`; `name`: the day's, empty for this one."""
    if 6 <= local_hour < 12:
        return _("d'ici %(day)s matin", day=name) if name else _("d'ici ce matin")
    if 12 <= local_hour < 18:
        return _("d'ici %(day)s après-midi", day=name) if name else _("d'ici cet après-midi")
    return _("d'ici %(day)s soir", day=name) if name else _("d'ici ce soir")


def due(end: datetime, now: datetime | None = None) -> str:
    """Until when there is time: `avant 19 h 12` today, `d'ici lundi matin`; `délai passé` afterwards."""
    now = now or clock.now()
    if end <= now:
        return _("délai passé")
    return _("avant %(hour)s", hour=hour(end)) if day(end, now) == day(now, now) else wanted(now, end, now)


def brief(value: datetime, now: datetime) -> str:
    """`14 h 05` today, `demain 9 h`, `mar. 9 h` within the week, `12 déc. 9 h`: for a narrow column of hours."""
    local = clock.paris(value).date()
    away = (local - clock.paris(now).date()).days
    if away == 0:
        return hour(value)
    name = near_day(away) or date_words(local, "EEE" if 0 < away < 7 else "d MMM")
    return f"{name} {hour(value)}"


def stamp(value: datetime) -> str:
    """`14:05:09`, for timelines where seconds tell the story."""
    return clock.paris(value).strftime("%H:%M:%S")


def length(delta: timedelta) -> str:
    """`40 s`, `12 min`, `2 h 05`, `3 j`."""
    seconds = max(0, round(delta.total_seconds()))
    if seconds < 60:
        return f"{seconds}{NO_BREAK}s"
    if seconds < 3600:
        return f"{seconds // 60}{NO_BREAK}min"
    if seconds < 86400:
        hours, minutes = divmod(seconds // 60, 60)
        return f"{hours}{NO_BREAK}h" + (f"{NO_BREAK}{minutes:02d}" if minutes else "")
    return _("%(n)s j", n=seconds // 86400)


def distance(km: float) -> str:
    """`800 m`, `3,4 km`, `12 km`: as the crow flies, so never more precise than that deserves."""
    if km == inf:
        return _("distance inconnue")
    hundreds = max(1, round(km * 10))
    if hundreds < 10:
        return f"{hundreds * 100}{NO_BREAK}m"
    return f"{decimal(km, '.1f')}{NO_BREAK}km" if km < 10 else f"{round(km)}{NO_BREAK}km"


def euros(amount: Decimal) -> str:
    """`1 040,16 €`, `€1,040.16`."""
    return str(format_currency(amount, "EUR", locale=LOCALES[language()]))


def count_days(number: int) -> str:
    """`1 jour`, `4 jours`."""
    return ngettext("%(num)s jour", "%(num)s jours", number)


def phone(number: str) -> str:
    """`01 69 00 00 00`, `0692 12 34 56`, `+32 470 12 34 56`; what is no number is shown as it stands."""
    try:
        read = phonenumbers.parse(read_number(number))
    except WrongNumber:
        return number
    form = PhoneNumberFormat.NATIONAL if read.country_code in FRENCH_CODES else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(read, form).replace(" ", NO_BREAK)
