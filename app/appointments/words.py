"""The French words of a visit."""

from app.core.language import gettext as _
from app.core.language import later
from app.directory.models import PractitionerRole

MODES = {"home": later("À domicile"), "practice": later("Au cabinet"), "remote": later("À distance")}
OF_A_SERVICE = {**MODES, "practice": later("Sur place")}


def modes_of(role: PractitionerRole) -> dict[str, str]:
    """Where it may be, as this person or this service says it."""
    return MODES if role.practitioner_id else OF_A_SERVICE


def places_of(role: PractitionerRole, sex: str = "") -> dict[str, str]:
    """The same at the end of a time: `demain 9 h, chez elle`. `sex`: the patient's, F or M, where there is one."""
    home = {"F": _("chez elle"), "M": _("chez lui")}.get(sex, _("à domicile"))
    return {
        "home": home,
        "practice": _("au cabinet") if role.practitioner_id else _("sur place"),
        "remote": _("à distance"),
    }
