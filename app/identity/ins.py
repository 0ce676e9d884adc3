"""The national health identity: the matricule, what it came with, and how far an identity can be relied on. Pure."""

from enum import StrEnum

from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.fr import nir

from app.language.phrases import gettext as _
from app.language.phrases import later


class WrongMatricule(ValueError):
    """Nobody has such a number; in words for whoever typed it."""


class InsKind(StrEnum):
    """What the number is (FR Core `fr-core-cs-v2-0203`): the assigning authority is its OID."""

    NIR = "INS-NIR"
    NIA = "INS-NIA"  # of who waits for a final number
    TEST = "INS-NIR-TEST"
    DEMO = "INS-NIR-DEMO"


OIDS = {
    InsKind.NIR: "1.2.250.1.213.1.4.8",
    InsKind.NIA: "1.2.250.1.213.1.4.9",
    InsKind.TEST: "1.2.250.1.213.1.4.10",
    InsKind.DEMO: "1.2.250.1.213.1.4.11",
}


class IdentityStatus(StrEnum):
    """How far an identity can be relied on: the four exclusive statuses of the national reference (EXI SI 07)."""

    PROVISIONAL = "PROV"
    RETRIEVED = "RECUP"  # the traits and the matricule came from the national service
    VALIDATED = "VALI"  # somebody checked a document of identity
    QUALIFIED = "QUAL"  # both: only then may the matricule travel


DOCUMENTS = {
    "national-id": later("Carte d'identité"),
    "passport": later("Passeport"),
    "residence-permit": later("Titre de séjour"),
    "family-record": later("Livret de famille ou acte de naissance, pour un mineur"),
    "digital": later("France Identité ou appli carte Vitale"),
}
"""What an identity can be validated with. Neither a health card nor a driving licence is one."""


KINDS = {
    InsKind.NIR: later("NIR, le numéro de sécurité sociale"),
    InsKind.NIA: later("NIA, un numéro d'attente"),
    InsKind.TEST: later("NIR de test"),
    InsKind.DEMO: later("NIR de démonstration"),
}
"""In words; each stands for an OID."""


def read_matricule(text: str) -> str:
    """Fifteen characters; with spaces, dots and small letters as people copy it. Raises `WrongMatricule`."""
    number = nir.compact(text).upper()
    if len(number) != 15:
        raise WrongMatricule(_("Un matricule a 15 caractères, clé comprise : ici %(n)s.", n=len(number)))
    try:
        return str(nir.validate(number))
    except InvalidChecksum:
        raise WrongMatricule(_("La clé (deux derniers chiffres) ne va pas avec le numéro : relisez-le.")) from None
    except ValidationError:
        raise WrongMatricule(_("Ce n'est pas un matricule : des chiffres, et 2A ou 2B pour la Corse.")) from None


def retyped(status: IdentityStatus) -> IdentityStatus:
    """The matricule was written by hand: what came from the national service is so no more."""
    was = {IdentityStatus.RETRIEVED: IdentityStatus.PROVISIONAL, IdentityStatus.QUALIFIED: IdentityStatus.VALIDATED}
    return was.get(status, status)


def checked(status: IdentityStatus) -> IdentityStatus:
    """Somebody has seen a document."""
    known = (IdentityStatus.RETRIEVED, IdentityStatus.QUALIFIED)
    return IdentityStatus.QUALIFIED if status in known else IdentityStatus.VALIDATED
