"""The few entries at the bottom of the phone or in the tablet's rail, and what is done once in a while, under *Moi*."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import request, url_for
from flask_login import current_user

from app.accounts.models import REQUESTERS, Account, Role
from app.care_requests.queries import to_decide
from app.emergency.views import MAY_ASK
from app.language.phrases import later
from app.membership.queries import frame_of


@dataclass(frozen=True)
class Entry:
    endpoint: str
    label: str
    icon: str
    roles: frozenset[Role] = frozenset()  # whom it is for; empty: everyone on a browser of their own
    count: Callable[[Account], int] = lambda _account: 0  # how many things wait there


def _decisions(account: Account) -> int:
    return len(to_decide(account))


PRACTITIONERS = frozenset({Role.PRACTITIONER})

ENTRIES = (
    Entry("desk.decisions", later("Décisions"), "clipboard-check", frozenset({Role.SENIOR_DOCTOR}), _decisions),
    Entry("inbox.inbox", later("Demandes"), "inbox", PRACTITIONERS),
    Entry("inbox.visits", later("Mes visites"), "calendar-check", PRACTITIONERS),
    # After what a professional answers: who asks as well has her own requests here.
    Entry("desk.requests", later("Suivi"), "clipboard-list", frozenset(REQUESTERS)),
    Entry("supervision.board", later("Supervision"), "layout-dashboard", frozenset({Role.COORDINATOR})),
    Entry("desk.new", later("Demander"), "plus", frozenset(REQUESTERS)),
    Entry("administration.establishments", later("Établissement"), "building-2", frozenset({Role.ADMINISTRATOR})),
    Entry("membership.members", later("Membres"), "users-round", frozenset({Role.ADMINISTRATOR})),
    Entry("tablets.administer", later("Tablettes"), "smartphone", frozenset({Role.ADMINISTRATOR})),
    Entry("membership.account", later("Moi"), "circle-user-round"),
)
"""In the order in which they are shown, the most urgent first."""

LINKS = (
    Entry(
        "casework.folders",
        later("Dossiers de coordination"),
        "heart-handshake",
        frozenset({*REQUESTERS, Role.COORDINATOR}),
    ),
    Entry("agenda.week", later("Ma semaine"), "calendar", PRACTITIONERS),
    Entry("agenda.feed", later("Mes visites dans mon calendrier"), "calendar-sync", PRACTITIONERS),
    Entry("tablets.my_codes", later("Mon code sur la tablette du service"), "smartphone", frozenset({Role.REQUESTER})),
    Entry("tablets.administer", later("Tablettes partagées"), "smartphone", frozenset({Role.ADMINISTRATOR})),
    Entry("administration.establishments", later("Établissement"), "building-2", frozenset({Role.ADMINISTRATOR})),
    Entry("membership.members", later("Membres"), "users-round", frozenset({Role.ADMINISTRATOR})),
    Entry("emergency.ask", later("Accès d'urgence à un patient"), "triangle-alert", frozenset(MAY_ASK)),
)

AT_MOST = 4  # entries that a thumb tells apart


def entries(account: Account) -> list[Entry]:
    """What this person works on, in order."""
    everyone = account.only_at is None  # a shared tablet has nobody's own pages
    return [each for each in ENTRIES if each.roles & account.roles or (everyone and not each.roles)][:AT_MOST]


def account_links() -> list[tuple[str, str, str]]:
    """(address, label, icon) of what stands under *Moi*, and is not an entry."""
    shown = {each.endpoint for each in entries(current_user)}
    return [
        (url_for(each.endpoint), each.label, each.icon)
        for each in LINKS
        if each.roles & current_user.roles and each.endpoint not in shown
    ]


def shell() -> tuple[list[tuple[str, str, str, bool, int]], dict[str, str | bool | None] | None]:
    """What the layout shows around every page: the entries, and who is signed in where."""
    if not current_user.is_authenticated:
        return [], None
    account: Account = current_user
    nav = [
        (url_for(each.endpoint), each.label, each.icon, request.endpoint == each.endpoint, each.count(account))
        for each in entries(account)
    ]
    where, recovering = frame_of(account)
    return nav, {
        "name": account.name,
        "initials": account.initials,
        "organization_name": where,
        "recovering": recovering,
    }


def at_tablet() -> bool:
    """Is this page shown on a shared tablet, to somebody who came in with a code?"""
    return current_user.is_authenticated and current_user.only_at is not None


def receives_people() -> bool:
    """Does whoever reads this page ask for an establishment, where people may lie?"""
    return current_user.is_authenticated and Role.REQUESTER in current_user.roles
