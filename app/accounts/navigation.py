"""The few entries at the bottom of the phone, or in the tablet's rail: each door adds its own, per role."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app, request, url_for
from flask_login import current_user

from app.accounts.models import Account, Role
from app.accounts.queries import organization_names
from app.accounts.recovery import running_for


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


def entries(account: Account) -> list[Entry]:
    """What this person works on, at most four, in order."""
    known: list[Entry] = sorted(current_app.extensions.get("navigation", []), key=lambda entry: entry.order)
    return [entry for entry in known if not entry.roles or entry.roles & account.roles][:4]


def shell() -> tuple[list[tuple[str, str, str, bool, int]], dict[str, str | bool | None] | None]:
    """What the layout shows around every page: the entries, and who is signed in where."""
    if not current_user.is_authenticated:
        return [], None
    account: Account = current_user
    nav = [
        (url_for(e.endpoint), e.label, e.icon, request.endpoint == e.endpoint, e.count(account) if e.count else 0)
        for e in entries(account)
    ]
    where = next(iter(organization_names(account.organizations()).values()), None)
    recovering = running_for(account.id) is not None
    return nav, {
        "name": account.name,
        "initials": account.initials,
        "organization_name": where,
        "recovering": recovering,
    }


def init_app(app: Flask) -> None:
    """Asked for by the signed-in layout only: an error page must be able to do without a database."""
    app.jinja_env.globals["shell"] = shell
