"""What may be kept as a document: what kind of paper it is, how heavy, for how long, and a name that harms nobody."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from app.language.phrases import later

LARGEST = 12_000_000
"""Bytes of each, as it leaves the phone. A photo is kept twenty times smaller; a scanned letter may need it."""

WAITS = timedelta(hours=12)
"""So long is a document kept that was sent and is joined to nothing yet: a shift, as what is typed is."""

MOST_WAITING = 10
"""Of one person."""

MOST_SCANS_TOGETHER = 5


@dataclass(frozen=True)
class DocumentType:
    """`lasts`: how long it is kept after it was joined, and never less than the care for which it was."""

    slug: str
    label: str
    lasts: timedelta


TYPES = {
    each.slug: each
    for each in (
        # A prescription of nursing care is renewed within the year; a photo of a body is kept least of all.
        DocumentType("prescription", later("Ordonnance"), timedelta(days=365)),
        DocumentType("lab-result", later("Résultat d'examen"), timedelta(days=90)),
        DocumentType("liaison-letter", later("Lettre de liaison"), timedelta(days=180)),
        DocumentType("wound-photo", later("Photo de plaie"), timedelta(days=60)),
        # Of a trusted person: it stands until it is taken back (L1111-6 CSP), and is looked at again within ten years.
        DocumentType("designation", later("Désignation d'une personne de confiance"), timedelta(days=3650)),
        DocumentType("other", later("Autre document"), timedelta(days=90)),
    )
}

WRONG = {
    "empty": later("Ce fichier est vide. Choisissez-le de nouveau."),
    "unknown": later("Choisissez un PDF, ou une photo (JPEG, PNG, WebP, HEIC)."),
    "too-heavy": later("Ce fichier est trop lourd : 12 Mo au plus. Photographiez les pages qui comptent."),
    "moves": later("Cette image est animée. Choisissez une photo."),
    "too-many-pixels": later(
        "Cette photo est trop grande (%(millions)s millions de points). Prenez-la de nouveau, en taille normale."
    ),
    "damaged-picture": later("Cette photo est abîmée ou incomplète. Prenez-la de nouveau."),
    "damaged-pdf": later("Ce PDF est abîmé ou incomplet. Enregistrez-le de nouveau, ou photographiez-le."),
    "locked-pdf": later("Ce PDF demande un mot de passe. Enregistrez-le sans mot de passe, ou photographiez-le."),
    "too-many-pages": later("Ce PDF a %(pages)s pages : %(most)s au plus. Joignez celles qui comptent."),
    "too-much": later("Ce fichier est trop lourd à lire. Photographiez ce qui compte."),
    "busy": later("Trop de documents arrivent à la fois. Essayez de nouveau dans un instant."),
    "infected": later(
        "L'antivirus a reconnu un danger dans ce fichier : il n'a pas été gardé. Prévenez l'informatique."
    ),
    "too-many-waiting": later("%(most)s documents au plus attendent d'être envoyés."),
}
"""By slug, the sentence for who tries. `press.py` and its brothers say the slugs."""


class WrongDocument(ValueError):
    """Why it cannot be kept, in words for who tries."""

    @classmethod
    def because(cls, slug: str, **facts: object) -> "WrongDocument":
        return cls(str(WRONG[slug]) % facts)


@dataclass(frozen=True)
class Upload:
    """A file that may be kept: a name without a path, its kind, how many pages it has, and itself, made anew.

    `scanned`: whether an antivirus has seen it, or none is asked for.
    """

    name: str
    media_type: str
    pages: int
    body: bytes
    scanned: bool = True


def expires_at(type_slug: str, joined_at: datetime) -> datetime:
    return joined_at + TYPES[type_slug].lasts


EXTENSIONS = {"application/pdf": "pdf", "image/jpeg": "jpg"}


def safe_name(name: str, extension: str) -> str:
    """Letters, digits, spaces, dashes and dots of the last part of a path; the extension is that of the content."""
    return f"{bare_name(name) or 'document'}.{extension}"


def bare_name(name: str) -> str:
    """The same without an extension; empty where nothing is left of it."""
    last = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    harmless = re.sub(r"[^\w\- .]+", " ", last.rpartition(".")[0] or last)
    return " ".join(harmless.split()).strip(". ")[:80]
