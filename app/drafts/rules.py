"""What of a form is kept, and for how long."""

from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode

DRAFT_LASTS = timedelta(hours=12)
"""A shift, as long as a sign-in may last: who was called away comes back to it, and the next day it is gone."""

MOST_DRAFTS = 5
"""Of one person: more forms than that are not being filled in at once."""

LARGEST = 64_000
"""Characters; the longest form has some thousands."""

Fields = list[tuple[str, str]]


def packed(fields: Iterable[tuple[str, str]], *, without: Iterable[str]) -> str:
    """`name=value&…`; empty when nothing is filled in, or when it is more than anybody types."""
    kept = [(name, value) for name, value in fields if name not in without]
    body = urlencode(kept, errors="replace") if any(value.strip() for _, value in kept) else ""
    return body if len(body) <= LARGEST else ""


def unpacked(body: str) -> Fields:
    return parse_qsl(body, keep_blank_values=True)
