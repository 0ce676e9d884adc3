"""What an administrator does with the parts of her establishment, over several rooms at once."""

from collections.abc import Collection
from datetime import datetime

from app.accounts.models import Account
from app.administration.queries import Holding, holding, services_at
from app.directory import actions as directory
from app.directory.words import SERVICES
from app.membership.actions import lock_keepers, take_charge
from app.membership.leaving import leave
from app.organizations import actions as organizations
from app.organizations.actions import Description
from app.organizations.models import Organization

ANSWERS = {kind.value: kind for kind in SERVICES}
"""What a part of each kind may be asked for as a house."""


def open_part(
    parent: Organization, kind: str, described: Description, *, answers: bool, by: Account, now: datetime
) -> Organization:
    """A new part of an establishment, which `by` administers; `answers`: it is asked for what its kind gives.

    Raises `NamedAlready`, and `Nowhere` when it answers and nobody knows where its commune lies.
    """
    made = organizations.open_within(parent, kind, described, by=by.id, now=now)
    take_charge(by, made.id, now=now)
    if answers and kind in ANSWERS:
        directory.add_service(made, ANSWERS[kind])
    return made


def set_answers(organization: Organization, welcome: bool, skills: Collection[str]) -> None:
    """Whether it is asked for what its kind gives, and what exactly. It keeps what it has taken."""
    service = next(iter(services_at(organization.id)), None)
    if service is None and welcome:
        service = directory.add_service(organization, ANSWERS[organization.kind])
    if service is not None:
        directory.accept_requests(service, welcome)
        directory.say_skills(service, skills)


def close_part(organization: Organization, *, by: Account, now: datetime) -> Holding:
    """Close it, unless something still holds it open, which is what comes back. Nobody comes in while it closes."""
    lock_keepers([organization.id])
    if held := holding(organization, by):
        return held
    organizations.close(organization, by=by.id, now=now)
    leave(by.id, organization.id, by=by.id, now=now)
    return held
