"""Decisions about sign-in: plain values in, plain values out."""

from datetime import datetime, timedelta

SIGN_IN_LASTS = timedelta(hours=12)  # a long shift, whatever the person does meanwhile
CHALLENGE_LASTS = timedelta(minutes=5)

# Mail is read between two visits or after the round, so minutes would send most people back to ask again. A
# day is enough, and counts from the invitation: guessing is stopped by MOST_ATTEMPTS, and what lies in a
# mailbox that is stolen later is dead.
INVITATION_LASTS = timedelta(hours=24)
MOST_ATTEMPTS = 5

DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Appareil Android"),
    ("CrOS", "Chromebook"),
    ("Macintosh", "Mac"),
    ("Windows", "Ordinateur Windows"),
    ("Linux", "Ordinateur Linux"),
)


def own_path(text: str) -> str:
    """`text` when it is a path of this very site ("/inbox?page=2"), else "/".

    Browsers read "//host", "/\\host" and "/<tab>/host" as another site, so all of them lose.
    """
    if not text.startswith("/") or text.startswith("//"):
        return "/"
    if "\\" in text or any(ord(character) <= 0x20 or ord(character) == 0x7F for character in text):
        return "/"
    return text


def six_digits(digest: str) -> str:
    """A code of six digits out of 256 bits in hex, all as likely as each other."""
    return f"{int(digest, 16) % 10**6:06d}"


def accepts_codes(used_at: datetime | None, expires_at: datetime, attempts: int, now: datetime) -> bool:
    return used_at is None and now < expires_at and attempts < MOST_ATTEMPTS


def looks_copied(synced: bool, known_count: int, count: int) -> bool:
    """Has a key that lives in one device only counted backwards (WebAuthn 3 §6.1.1)?

    Synced keys are in several devices by design and stay at 0; a device that never counts says 0 for ever.
    """
    return not synced and (known_count, count) != (0, 0) and count <= known_count


def device_name(user_agent: str) -> str:
    """A first name for a new passkey, from what the browser says of its device."""
    return next((name for sign, name in DEVICES if sign in user_agent), "Clé d'accès")
