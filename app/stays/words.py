"""The French words of a stay, and what carers are told: nothing that names anybody, and no word of care."""

from datetime import date, datetime

from app import clock
from app.language.phrases import gettext as _
from app.language.phrases import later
from app.language.words import date_words, listed
from app.messages.models import Notice
from app.organizations.models import Organization
from app.stays.models import LifeEvent, Stay

AWAY_NOTICE = Notice(
    later("Vos visites changent"),
    later("Ouvrez Relais avant de partir."),
    elsewhere=later("Relais : vos visites changent. Ouvrez Relais avant de partir."),
)
"""Somebody is in hospital, or has died: whoever was to come must not stand before a closed door."""

EXIT_NOTICE = Notice(
    later("Un retour se prépare"), later("Une date a changé pour un de vos patients."), urgency="normal"
)
HOME_NOTICE = Notice(
    later("Vos visites reprennent"), later("Un de vos patients est rentré chez lui."), urgency="normal"
)
AGAIN_NOTICE = Notice(later("Une information est corrigée"), later("Ouvrez Relais avant de partir."))
"""A death was said by mistake."""

MOVED_NOTICE = Notice(later("Un de vos patients a déménagé"), later("Ouvrez Relais avant de partir."))


def place_words(organization: Organization | None) -> str:
    """`Médecine polyvalente, Centre hospitalier des Deux-Rives`; empty when nobody knows where."""
    if organization is None:
        return ""
    return ", ".join(each.name for each in (organization, organization.parent) if each)


def stay_words(stay: Stay, sex: str) -> str:
    """`Hospitalisée : Médecine polyvalente, Centre hospitalier des Deux-Rives, depuis le 28 novembre`."""
    said = {"where": place_words(stay.organization), "since": _day(stay.since)}
    if not stay.organization:
        unknown = {"M": _("Hospitalisé, on ne sait pas où, depuis le %(since)s", **said)}
        return unknown.get(sex) or _("Hospitalisée, on ne sait pas où, depuis le %(since)s", **said)
    known = {"M": _("Hospitalisé : %(where)s, depuis le %(since)s", **said)}
    return known.get(sex) or _("Hospitalisée : %(where)s, depuis le %(since)s", **said)


def exit_words(stay: Stay) -> str:
    """`Sortie prévue le 3 décembre (avant : le 1er)`; empty while no day was said."""
    if not stay.expected:
        return ""
    last, *former = reversed(stay.expected)
    said = _("Sortie prévue le %(day)s", day=date_words(last.on, "d MMMM"))
    return said + (" " + _("(avant : le %(day)s)", day=date_words(former[0].on, "d MMMM")) if former else "")


def exits_before(stay: Stay) -> str:
    """`avant : 1 déc., 28 nov.`: every other day that was said, the latest first; empty where there was none."""
    days = [date_words(each.on, "d MMM") for each in stay.expected[-2::-1]]
    return _("avant : %(days)s", days=listed(days)) if days else ""


def died_words(on: date | None, sex: str) -> str:
    """Empty of who lives."""
    if on is None:
        return ""
    day = date_words(on)
    return _("Décédé le %(day)s", day=day) if sex == "M" else _("Décédée le %(day)s", day=day)


def moved_words(event: LifeEvent) -> str:
    return _("A déménagé le %(day)s. Sa nouvelle adresse n'est pas connue.", day=date_words(event.on))


def _day(moment: datetime) -> str:
    return date_words(clock.paris(moment).date(), "d MMMM")
