"""How a patient reads these pages: in which language, and how large. Chosen by a tap on the page, kept with her space.

There is no cookie. Where she has proven nothing yet (the door of her space, a link that leads nowhere), the choice
stands in the address alone.
"""

from dataclasses import dataclass

from flask import current_app, g, request, url_for

from app.appointments import queries, spaces
from app.appointments.forms import SIZES
from app.language.phrases import PATIENTS, speak
from app.language.templates import preferred

KNOWN: dict[str, frozenset[str]] = {"lang": frozenset(PATIENTS), "text": frozenset(SIZES)}
"""What an address may say of it."""


@dataclass(frozen=True)
class Reading:
    """`large`: in large letters; `asked`: what the address says; `at`: where a choice is kept, empty where it can stand
    in the address only."""

    large: bool
    asked: dict[str, str]
    at: str = ""


def listen_to_patient() -> None:
    """What the address asks for, what she chose before, what her browser prefers. First without the database, which
    may be away: that is said in her language, too."""
    asked = {name: request.args[name] for name, known in KNOWN.items() if request.args.get(name) in known}
    speak(asked.get("lang") or preferred(PATIENTS))
    g.reading = Reading(asked.get("text") == "large", asked)
    if request.method != "OPTIONS" and (hers := holder()):
        speak(asked.get("lang") or hers.language or preferred(PATIENTS))
        g.reading = Reading(SIZES[asked["text"]] if "text" in asked else hers.large, asked, kept_at())


def holder() -> queries.LinkHolder | None:
    values = request.view_args or {}
    if request.path.startswith("/p/"):
        return queries.holder_of_link(values["token"])
    if request.path.startswith("/r/"):
        return None  # A relative reads as her own browser prefers, or as the address says.
    card = spaces.by_card(values["token"])
    return queries.LinkHolder(card.person_id, card.language, card.large) if card else None


def kept_at() -> str:
    """The link to a visit proves its visit; a card proves nothing without its words."""
    values = request.view_args or {}
    if request.path.startswith("/p/"):
        return url_for("patient_space.read_visit", token=values["token"])
    return url_for("patient_space.read_space", **values) if values.keys() == {"token", "key"} else ""


def reading() -> Reading:
    """Of whoever asks for this page; for its templates. An address that was turned away before anybody was listened to
    is answered as any other."""
    found: Reading = g.get("reading") or Reading(False, {})
    return found


def back_to(first: str) -> str:
    """The page on which it was chosen; `first`, when that is none which these keys open."""
    page, keys = request.form.get("page", ""), set(request.view_args or {})
    rules = current_app.url_map.iter_rules() if page.startswith("patient_space.") else ()
    opens = any(each.endpoint == page and "GET" in (each.methods or ()) and each.arguments == keys for each in rules)
    return page if opens else first
