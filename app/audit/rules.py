"""How lines are chained, and what a chain that does not hold looks like."""

import hashlib
import ipaddress
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

BEGINNING = "0" * 64
"""What the first line of all is chained to."""


def seal(previous: str, sequence: int, content: Mapping[str, object]) -> str:
    """SHA-256, in hex, over the line's place and content and the seal before it."""
    text = json.dumps([previous, sequence, content], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def trouble(expected: tuple[int, str], found: tuple[int, str, str], content: Mapping[str, object] | None) -> str | None:
    """What is wrong with one link of the chain, in words; None when it holds.

    `expected`: its sequence and the hash before it; `found`: sequence, previous and hash as they are kept.
    """
    sequence, previous, sealed = found
    if sequence != expected[0]:
        return f"{expected[0]} is missing"
    if content is None:
        return f"{sequence} was removed"
    if previous != expected[1] or sealed != seal(previous, sequence, content):
        return f"{sequence} was changed"
    return None


def moment_of(line_id: UUID) -> datetime:
    """When a line was really written, whatever it says: a UUIDv7 begins with milliseconds (RFC 9562)."""
    return datetime.fromtimestamp((line_id.int >> 80) / 1000, UTC)


def first_id_of(moment: datetime) -> UUID:
    """The smallest UUIDv7 of that instant."""
    return UUID(int=max(0, int(moment.timestamp() * 1000)) << 80)


def network(address: str | None) -> str:
    """`203.0.113.0/24`, `2001:db8:1::/48`: which network, so that the hospital can be told from elsewhere, never
    which device; empty for what is no address. A keyed hash would answer nobody's question "from where" (FACTS 4.6).
    """
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return ""
    if parsed.version == 6 and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return str(ipaddress.ip_network((parsed, 24 if parsed.version == 4 else 48), strict=False))
