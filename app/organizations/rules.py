"""What stands within what."""

from collections.abc import Sequence

KINDS = (
    *("hospital", "emergency", "ward", "maternity", "practice", "cpts", "equipment", "home-help"),
    *("home-nursing", "rehabilitation", "nursing-home", "outpatient", "imaging", "laboratory", "dac", "social-work"),
)

WITHIN = {
    "hospital": (
        *("ward", "emergency", "maternity", "outpatient", "imaging", "laboratory", "rehabilitation", "social-work"),
        *("nursing-home", "home-nursing", "hospital", "equipment", "home-help"),
    ),
    "maternity": ("ward", "outpatient"),
    "emergency": ("ward",),
    "practice": ("practice", "imaging", "laboratory"),
    "cpts": (
        *("practice", "home-nursing", "home-help", "dac", "social-work", "nursing-home", "imaging", "laboratory"),
        "equipment",
    ),
    "equipment": ("equipment",),
    "home-help": ("home-help", "home-nursing"),
    "home-nursing": ("home-nursing", "home-help"),
    "rehabilitation": ("rehabilitation", "outpatient"),
    "nursing-home": ("nursing-home", "home-nursing"),
    "outpatient": ("outpatient",),
    "imaging": ("imaging",),
    "laboratory": ("laboratory",),
    "dac": ("dac", "social-work"),
    "social-work": ("social-work",),
}
"""Which kinds may be opened within an organization of each kind, the likeliest first."""


def kinds_within(kind: str) -> Sequence[str]:
    return WITHIN.get(kind, ())
