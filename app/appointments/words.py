"""The French words of a visit."""

from app.directory.models import PractitionerRole

MODES = {"home": "À domicile", "practice": "Au cabinet", "remote": "À distance"}
OF_A_SERVICE = {**MODES, "practice": "Sur place"}


def modes_of(role: PractitionerRole) -> dict[str, str]:
    """Where it may be, as this person or this service says it."""
    return MODES if role.practitioner_id else OF_A_SERVICE


def places_of(role: PractitionerRole, sex: str = "") -> dict[str, str]:
    """The same at the end of a time: `demain 9 h, chez elle`. `sex`: the patient's, F or M, where there is one."""
    home = {"F": "chez elle", "M": "chez lui"}.get(sex, "à domicile")
    return {"home": home, "practice": "au cabinet" if role.practitioner_id else "sur place", "remote": "à distance"}
