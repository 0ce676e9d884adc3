"""What stands within what."""

from collections.abc import Sequence

KINDS = ("hospital", "emergency", "ward", "maternity", "practice", "cpts", "equipment", "home-help")

WITHIN = {
    "hospital": ("ward", "emergency", "maternity", "hospital", "equipment", "home-help"),
    "maternity": ("ward",),
    "emergency": ("ward",),
    "practice": ("practice",),
    "cpts": ("practice", "home-help", "equipment"),
    "equipment": ("equipment",),
    "home-help": ("home-help",),
}
"""Which kinds may be opened within an organization of each kind, the likeliest first."""


def kinds_within(kind: str) -> Sequence[str]:
    return WITHIN.get(kind, ())
