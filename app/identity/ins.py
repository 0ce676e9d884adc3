"""The national health identity: the matricule, what it came with, and how far an identity can be relied on. Pure."""

from enum import StrEnum

from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.fr import nir

from app.language.phrases import gettext as _
from app.language.phrases import later
from app.language.typography import NO_BREAK


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


CHECKED = frozenset({IdentityStatus.VALIDATED, IdentityStatus.QUALIFIED})

DOCUMENTS = {
    "national-id": later("Carte d'identité"),
    "passport": later("Passeport"),
    "residence-permit": later("Titre de séjour"),
    "family-record": later("Livret de famille ou acte de naissance, pour un mineur"),
    "digital": later("France Identité ou appli carte Vitale"),
}
"""What an identity can be validated with. Neither a health card nor a driving licence is one."""


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


def shown_matricule(number: str) -> str:
    """`2 53 07 2B 073 004 70`."""
    parts = number[:1], number[1:3], number[3:5], number[5:7], number[7:10], number[10:13], number[13:]
    return NO_BREAK.join(parts)


def status_read(code: str, *, with_ins: bool) -> IdentityStatus:
    """A status as another system wrote it. FR Core 2.2.0 calls VALI what the reference calls qualified, and demands the
    matricule with it; of a code that says nothing of reliability, nothing is believed."""
    if code == "VALI" and with_ins:
        return IdentityStatus.QUALIFIED
    try:
        status = IdentityStatus(code)
    except ValueError:
        return IdentityStatus.PROVISIONAL
    needs_ins = status in (IdentityStatus.RETRIEVED, IdentityStatus.QUALIFIED)
    return without_ins(status) if needs_ins and not with_ins else status


def without_ins(status: IdentityStatus) -> IdentityStatus:
    """What remains of it once the matricule is gone."""
    return IdentityStatus.VALIDATED if status in CHECKED else IdentityStatus.PROVISIONAL


def checked(status: IdentityStatus) -> IdentityStatus:
    """Somebody has seen a document."""
    known = (IdentityStatus.RETRIEVED, IdentityStatus.QUALIFIED)
    return IdentityStatus.QUALIFIED if status in known else IdentityStatus.VALIDATED
