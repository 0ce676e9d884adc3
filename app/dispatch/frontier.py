"""The picture of a simulation: for each way of asking, how long until somebody says yes, and how many are disturbed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from math import log

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 760, 470, 70, 60, 40, 30
INK = """
text{font:14px system-ui,sans-serif;fill:#1d2733} .soft{fill:#5a6775;font-size:12px} .axis{stroke:#8a96a3}
.line{fill:none;stroke:#0b6e6e;stroke-width:2} .dot{fill:#8a96a3} .best{fill:#0b6e6e} .named{fill:#b4441c}
@media (prefers-color-scheme:dark){ text{fill:#e8edf2} .soft{fill:#a9b4bf} .axis{stroke:#6d7883}
.line{stroke:#5fd0c8} .best{fill:#5fd0c8} .named{fill:#ffab85} .dot{fill:#7b8792} }
"""
TICKS_X, TICKS_Y = (2, 3, 5, 10, 20, 30, 60, 120, 240), (1, 2, 3, 5, 10, 20, 50, 100, 200)


@dataclass(frozen=True)
class Point:
    """`minutes`: median until a yes; `alerts` per yes; `name`: said beside it, when it is one to be looked for."""

    minutes: float
    alerts: float
    name: str = ""


def best(points: Sequence[Point]) -> list[Point]:
    """Those that no other one beats on both sides, from the fastest."""
    kept: list[Point] = []
    for point in sorted(points, key=lambda p: (p.minutes, p.alerts)):
        if not kept or point.alerts < kept[-1].alerts:
            kept.append(point)
    return kept


def drawn(points: Sequence[Point]) -> str:
    """An SVG of its own, readable in light and in dark; both axes are logarithmic."""
    xs, ys = [p.minutes for p in points], [p.alerts for p in points]
    across = _scale(min(xs) / 1.15, max(xs) * 1.3, LEFT, WIDTH - RIGHT)
    up = _scale(min(ys) / 1.2, max(ys) * 1.2, HEIGHT - BOTTOM, TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="Alerts per yes against median minutes until a yes"><style>{INK}</style>',
        f'<path class="axis" fill="none" d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}"/>',
        f'<text x="{LEFT - 50}" y="22">alerts per yes</text>',
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 12}" text-anchor="end">median minutes until somebody says yes</text>',
    ]
    for tick in TICKS_X:
        if min(xs) / 1.15 <= tick <= max(xs) * 1.3:
            parts.append(
                f'<text class="soft" x="{across(tick):.0f}" y="{HEIGHT - 40}" text-anchor="middle">{tick}</text>'
            )
    for tick in TICKS_Y:
        if min(ys) / 1.2 <= tick <= max(ys) * 1.2:
            parts.append(f'<text class="soft" x="{LEFT - 8}" y="{up(tick) + 4:.0f}" text-anchor="end">{tick}</text>')
    front = best(points)
    path = " ".join(f"{across(p.minutes):.1f},{up(p.alerts):.1f}" for p in front)
    parts.append(f'<polyline class="line" points="{path}"/>')
    for point in sorted(points, key=lambda p: bool(p.name)):
        kind = "named" if point.name else "best" if point in front else "dot"
        x, y = across(point.minutes), up(point.alerts)
        parts.append(f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{6 if point.name else 3.5}"/>')
        if point.name:
            parts.append(f'<text x="{x + 10:.1f}" y="{y - 8:.1f}">{escape(point.name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _scale(low: float, high: float, first: float, last: float) -> Callable[[float], float]:
    """A logarithmic axis: from `low` at pixel `first` to `high` at pixel `last`."""
    return lambda value: first + (last - first) * log(value / low) / log(high / low)
