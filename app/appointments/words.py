"""The French words of a visit."""

from app.directory.models import PractitionerRole

MODES = {"home": "À domicile", "practice": "Au cabinet", "remote": "À distance"}
OF_A_SERVICE = {**MODES, "practice": "Sur place"}


def modes_of(role: PractitionerRole) -> dict[str, str]:
    """Where it may be, as this person or this service says it."""
    return MODES if role.practitioner_id else OF_A_SERVICE
