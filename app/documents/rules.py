"""What may be kept as a document: its size, what its first bytes say, and a name that harms nobody."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

from app.core.language import gettext as _

LARGEST = 5_000_000
"""Bytes, of each."""

SIGNS = {
    b"%PDF-": ("application/pdf", "pdf"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
}
"""How each kind begins. What a file calls itself proves nothing."""


class WrongDocument(ValueError):
    """Why it cannot be kept, in words for who tries."""


@dataclass(frozen=True)
class Upload:
    """A file that may be kept: a name without a path, the kind that its first bytes show, and itself."""

    name: str
    media_type: str
    body: bytes


def checked(name: str, body: bytes) -> Upload:
    """Checked and named safely. Raises `WrongDocument`."""
    if len(body) > LARGEST:
        raise WrongDocument(_("Ce fichier est trop lourd : 5 Mo au plus."))
    kind = next((kind for sign, kind in SIGNS.items() if body.startswith(sign)), None)
    if kind is None:
        raise WrongDocument(_("Choisissez un PDF, ou une photo JPEG ou PNG."))
    return Upload(safe_name(name, kind[1]), kind[0], body)


def safe_name(name: str, extension: str) -> str:
    """Letters, digits, spaces, dashes and dots of the last part of a path; the extension is that of the content."""
    last = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    harmless = re.sub(r"[^\w\- .]+", " ", last.rpartition(".")[0] or last)
    return f"{' '.join(harmless.split()).strip('. ')[:80] or 'document'}.{extension}"
