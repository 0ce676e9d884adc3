"""The few entries at the bottom of the phone, or in the tablet's rail: each door adds its own, per role."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app, request, url_for
from flask_login import current_user

from app.accounts.models import Account, Role
from app.accounts.queries import frame_of


@dataclass(frozen=True)
class Entry:
    endpoint: str
    label: str
    icon: str
    roles: frozenset[Role]
    order: int
    count: Callable[[Account], int] | None


def add_entry(
    app: Flask,
    endpoint: str,
    label: str,
    icon: str,
    *roles: Role,
    order: int,
    count: Callable[[Account], int] | None = None,
) -> None:
    """Show `label` to whoever holds one of `roles` (to everyone signed in when none is named).

    `count` says how many things wait there.
    """
    entry = Entry(endpoint, label, icon, frozenset(roles), order, count)
    app.extensions.setdefault("navigation", []).append(entry)


def add_link(app: Flask, endpoint: str, label: str, icon: str, *roles: Role) -> None:
    """Offer a page under *Moi* to whoever holds one of `roles`: for what is done once in a while."""
    app.extensions.setdefault("account links", []).append(Entry(endpoint, label, icon, frozenset(roles), 0, None))


def account_links() -> list[tuple[str, str, str]]:
    links: list[Entry] = current_app.extensions.get("account links", [])
    return [(url_for(e.endpoint), e.label, e.icon) for e in links if e.roles & current_user.roles]


def entries(account: Account) -> list[Entry]:
    """What this person works on, at most four, in order."""
    known: list[Entry] = sorted(current_app.extensions.get("navigation", []), key=lambda entry: entry.order)
    everyone = account.only_at is None  # a shared tablet has nobody's own pages
    return [entry for entry in known if entry.roles & account.roles or (everyone and not entry.roles)][:4]


def shell() -> tuple[list[tuple[str, str, str, bool, int]], dict[str, str | bool | None] | None]:
    """What the layout shows around every page: the entries, and who is signed in where."""
    if not current_user.is_authenticated:
        return [], None
    account: Account = current_user
    nav = [
        (url_for(e.endpoint), e.label, e.icon, request.endpoint == e.endpoint, e.count(account) if e.count else 0)
        for e in entries(account)
    ]
    where, recovering = frame_of(account)
    return nav, {
        "name": account.name,
        "initials": account.initials,
        "organization_name": where,
        "recovering": recovering,
    }


def init_app(app: Flask) -> None:
    """Asked for by the signed-in layout only: an error page must be able to do without a database."""
    app.jinja_env.globals.update(shell=shell, at_tablet=at_tablet, account_links=account_links)


def at_tablet() -> bool:
    """Is this page shown on a shared tablet, to somebody who came in with her code?"""
    return current_user.is_authenticated and current_user.only_at is not None
