"""What is said to a person, and the names it is said under: plain values, nothing written here."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from app.core.tokens import hash_token

DEVICES_PAGE = "push/devices"
"""What a test or a check opens, from the app's root."""

TEST = "test"
"""The step of a message by which a person tries her devices."""

CHECK = "check"
"""The step of the one that Relais sends by itself to a device without news."""

DIGEST = "digest"
"""The step of the one that stands for several alerts."""


class Notice(Struct, frozen=True):
    """What a lock screen may show: the care family, the commune and the delay at most, never the patient.

    `path` is relative to the app's root and opened by a tap; `answerable`: an answer is awaited, and given by two
    buttons of the notice itself unless its reader wants no `buttons`. `elsewhere`
    is what a mail or an SMS says when no phone confirms the notice; without it, it is not worth one.
    """

    title: str
    body: str
    path: str = ""
    answerable: bool = False
    buttons: bool = True
    urgency: str = "high"
    elsewhere: str = ""


NOTHING_LEFT = Notice(
    "Ces demandes n'attendent plus", "Elles ont trouvé quelqu'un, ou leur délai est passé.", "", urgency="low"
)
"""What takes the place of a digest of which nothing is left."""


class Owed(Struct, frozen=True):
    """What one person is to be told about one subject, and until when it is worth telling. `urgent`: left unsaid, an
    answer awaited for hours is not."""

    account_id: UUID
    subject_id: UUID
    notice: Notice
    expires_at: datetime
    urgent: bool | None = None


def topic_of(subject_id: UUID) -> str:
    """The same for all messages about one subject, so that the latest overwrites the rest (RFC 8030 §5.4)."""
    return hash_token(str(subject_id))[:32]


def payload_of(notice: Notice, subject_id: UUID) -> dict[str, object]:
    return {
        "title": notice.title,
        "body": notice.body,
        "path": notice.path,
        "tag": topic_of(subject_id),
        "answerable": notice.answerable,
        "buttons": notice.answerable and notice.buttons,
    }
