"""Who may agree: the person, or somebody for her; shown where an agreement is asked, and taken by name."""

from collections.abc import Sequence
from uuid import UUID

from flask import request

from app.consents.agreements import HERSELF, Decider
from app.core.forms import uuid_or_none
from app.relatives.models import LegalProtection
from app.relatives.queries import protections_of
from app.relatives.words import DECIDES


def deciders(protections: Sequence[LegalProtection]) -> list[tuple[str, str]]:
    """Each as a form sends it, with who it is in words. A minor who keeps her care secret decides by herself (L1111-5
    CSP): her parents are not offered for it."""
    return [(str(each.id), f"{each.name}, {DECIDES[each.kind]}") for each in _offered(protections)]


def decider_said(patient_id: UUID) -> Decider:
    """As the form says it (`relatives/_decider.html`): nobody, or one who decides no more, is the person herself."""
    said = uuid_or_none(request.form.get("agreed_by"))
    found = next((each for each in _offered(protections_of(patient_id)) if each.id == said), None) if said else None
    return Decider(found.kind, found.name) if found else HERSELF


def _offered(protections: Sequence[LegalProtection]) -> list[LegalProtection]:
    return [] if any(each.keeps_secret for each in protections) else list(protections)
