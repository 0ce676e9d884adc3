"""Decisions about sign-in: plain values in, plain values out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.language.phrases import gettext as _
from app.language.phrases import later

SIGN_IN_LASTS = timedelta(hours=12)  # a long shift, whatever the person does meanwhile
SEEN_EVERY = timedelta(minutes=1)  # how finely a device's last use is noted
SEEN_EVERY_AT_TABLET = timedelta(seconds=15)  # where minutes decide who is out
CHALLENGE_LASTS = timedelta(minutes=5)
PROOF_LASTS = timedelta(minutes=5)  # how long a shown passkey vouches for changes to the account (ASVS 7.5.1)

BROWSERS = (  # in this order: each of the first ones also says the name of a later one
    ("Edg", "Edge"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "Chromebook"),
    ("Macintosh", "Mac"),
    ("Windows", "Windows"),
    ("Linux", "Linux"),
)
DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", later("Appareil Android")),
    ("CrOS", "Chromebook"),
    ("Macintosh", "Mac"),
    ("Windows", later("Ordinateur Windows")),
    ("Linux", later("Ordinateur Linux")),
)


def own_path(text: str) -> str:
    """`text` when it is a path of this very site ("/inbox?page=2"), else "/".

    Browsers read "//host", "/\\host" and "/<tab>/host" as another site, so all of them lose.
    """
    if not text.startswith("/") or text.startswith("//"):
        return "/"
    if "\\" in text or any(ord(character) <= 0x20 or ord(character) == 0x7F for character in text):
        return "/"
    return text


def looks_copied(synced: bool, known_count: int, count: int) -> bool:
    """Has a key that lives in one device only counted backwards (WebAuthn 3 §6.1.1)?

    Synced keys are in several devices by design and stay at 0; a device that never counts says 0 for ever.
    """
    return not synced and (known_count, count) != (0, 0) and count <= known_count


def device_name(user_agent: str) -> str:
    """A first name for a new passkey, from what the browser says of its device."""
    return next((str(name) for sign, name in DEVICES if sign in user_agent), _("Clé d'accès"))


def device_label(user_agent: str) -> str:
    """A signed-in browser as its owner would call it: "Chrome sur Android", "Safari sur iPhone"; "" if it hides."""
    browser, system = (next((name for sign, name in signs if sign in user_agent), "") for signs in (BROWSERS, SYSTEMS))
    return _("%(browser)s sur %(system)s", browser=browser, system=system) if browser and system else browser or system


def sign_in_holds(
    now: datetime, *, expires_at: datetime, ended_at: datetime | None, seen_at: datetime, idle: timedelta
) -> bool:
    """Is a browser still signed in: not ended, not too old, not left alone for `idle` or longer?"""
    return ended_at is None and now < expires_at and now - seen_at < idle


def seen_every(*, at_tablet: bool) -> timedelta:
    return SEEN_EVERY_AT_TABLET if at_tablet else SEEN_EVERY


def needs_noting(last_seen_at: datetime | None, now: datetime, every: timedelta = SEEN_EVERY) -> bool:
    return last_seen_at is None or now - last_seen_at >= every


def is_fresh(proven_at: datetime | None, now: datetime) -> bool:
    """Was a passkey shown so recently that the person is surely still the one at the screen?"""
    return proven_at is not None and now - proven_at < PROOF_LASTS


EIDAS_SUBSTANTIAL = "eidas1"
"""The level of assurance that Pro Santé Connect is asked for, and must say it reached (`acr`)."""

RPPS = re.compile(r"8(\d{11})", re.ASCII)
"""The national identifier: a digit for its kind, 8 for RPPS, then the number that the directory keeps (FACTS 4.2)."""

STUDENT = "E"


@dataclass(frozen=True)
class Professional:
    """A person as Pro Santé Connect describes her; `professions` are codes of the national directory, each once."""

    rpps: str
    given_name: str
    family_name: str
    professions: tuple[str, ...]


def professional(userinfo: Mapping[str, object]) -> Professional | None:
    """None for whom the State does not call a professional in exercise with an RPPS number.

    It writes empty strings where it knows nothing, and one `exercice` for each profession a person has (FACTS 4.1).
    """
    rpps = _rpps(userinfo)
    exercices = [each for each in _list(_map(userinfo.get("SubjectRefPro")).get("exercices")) if _practises(each)]
    if rpps is None or not exercices:
        return None
    family_name = _text(exercices[0].get("nomDexercice")) or _text(userinfo.get("family_name"))
    professions = tuple(dict.fromkeys(_text(each["codeProfession"]) for each in exercices))
    return Professional(rpps, _text(userinfo.get("given_name")), family_name, professions)


def _rpps(userinfo: Mapping[str, object]) -> str | None:
    others = (each.get("identifiant") for each in _list(userinfo.get("otherIds")) if each.get("origine") == "RPPS")
    for told in (userinfo.get("SubjectNameID"), *others):
        if found := RPPS.fullmatch(_text(told)):
            return found[1]
    return None


def _practises(exercice: Mapping[str, object]) -> bool:
    return bool(_text(exercice.get("codeProfession"))) and exercice.get("codeCategorieProfessionnelle") != STUDENT


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _map(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Mapping[str, object]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
