"""The picture of a simulation: for each way of asking, how long people wait for a yes, and how many are disturbed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from math import log

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 760, 450, 70, 60, 40, 30
INK = """
text{font:14px system-ui,sans-serif;fill:#1d2733} .soft{fill:#5a6775;font-size:12px} .axis{stroke:#8a96a3}
.line{fill:none;stroke:#0b6e6e;stroke-width:2} .dot{fill:#8a96a3} .best{fill:#0b6e6e} .named{fill:#b4441c}
@media (prefers-color-scheme:dark){ text{fill:#e8edf2} .soft{fill:#a9b4bf} .axis{stroke:#6d7883}
.line{stroke:#5fd0c8} .best{fill:#5fd0c8} .named{fill:#ffab85} .dot{fill:#7b8792} }
"""
TICKS_X, TICKS_Y = (2, 3, 5, 10, 20, 30, 60, 120, 240, 480), (1, 2, 3, 5, 10, 20, 50, 100, 200)


@dataclass(frozen=True)
class Point:
    """A wait in minutes and alerts per yes. `best`: on the frontier; `name`: said beside it."""

    minutes: float
    alerts: float
    best: bool = False
    name: str = ""


@dataclass(frozen=True)
class Panel:
    """One frontier; `title`: what its minutes are."""

    title: str
    points: Sequence[Point]


def drawn(panels: Sequence[Panel]) -> str:
    """An SVG of its own, the panels one below the other, readable in light and in dark; all axes are logarithmic."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT * len(panels)}" role="img" '
        f'aria-label="Alerts per yes against {escape(" and ".join(panel.title for panel in panels))}">'
        f"<style>{INK}</style>"
    ]
    for number, panel in enumerate(panels):
        parts += [f'<g transform="translate(0 {number * HEIGHT})">', *_panel(panel), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: Panel) -> list[str]:
    xs, ys = [p.minutes for p in panel.points], [p.alerts for p in panel.points]
    left, right, low, high = min(xs) / 1.15, max(xs) * 1.3, min(ys) / 1.2, max(ys) * 1.2
    across = _scale(left, right, LEFT, WIDTH - RIGHT)
    up = _scale(low, high, HEIGHT - BOTTOM, TOP)
    parts = [
        f'<path class="axis" fill="none" d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}"/>',
        f'<text x="{LEFT - 50}" y="22">alerts per yes</text>',
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 12}" text-anchor="end">{escape(panel.title)}</text>',
    ]
    parts += [
        f'<text class="soft" x="{across(tick):.0f}" y="{HEIGHT - 40}" text-anchor="middle">{tick}</text>'
        for tick in TICKS_X
        if left <= tick <= right
    ]
    parts += [
        f'<text class="soft" x="{LEFT - 8}" y="{up(tick) + 4:.0f}" text-anchor="end">{tick}</text>'
        for tick in TICKS_Y
        if low <= tick <= high
    ]
    front = sorted((p.minutes, p.alerts) for p in panel.points if p.best)
    path = " ".join(f"{across(minutes):.1f},{up(alerts):.1f}" for minutes, alerts in front)
    parts.append(f'<polyline class="line" points="{path}"/>')
    for point in sorted(panel.points, key=lambda p: (bool(p.name), p.best)):
        parts += _dot(point, across(point.minutes), up(point.alerts))
    return parts


def _dot(point: Point, x: float, y: float) -> list[str]:
    kind = "named" if point.name else "best" if point.best else "dot"
    circle = f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{6 if point.name else 3.5 if point.best else 2.5}"/>'
    return [circle, f'<text x="{x + 10:.1f}" y="{y - 8:.1f}">{escape(point.name)}</text>'] if point.name else [circle]


def _scale(low: float, high: float, first: float, last: float) -> Callable[[float], float]:
    """A logarithmic axis: from `low` at pixel `first` to `high` at pixel `last`."""
    return lambda value: first + (last - first) * log(value / low) / log(high / low)
