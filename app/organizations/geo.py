"""Distance and nearness. Cells first, because an index finds them on any engine; then the exact distance.

A place is kept as one integer, its H3 cell at the finest resolution used. In that integer a coarse cell is the
beginning of all its descendants, so one index answers at every resolution: a coarse cell is a range of it.
"""

from math import asin, ceil, cos, inf, radians, sin, sqrt

import h3.api.basic_int as h3

RESOLUTION = 10
"""Cells of 0.015 km²: a block of Paris."""
COARSEST = 3
"""Cells of 12,000 km²: no search is wider than a few of them."""

_STEP_KM = 4.4  # At resolution 6: the least that one more ring adds, 0.87 times the least between two centres.
_REACH_KM = 4.6  # At resolution 6: the most that a point can be away from the centre of the cell that it begins with.
_SHRINK = sqrt(7)  # From one resolution to the next.
_RINGS = 4  # Enough for few cells and little outside the circle.

_RESOLUTION_SHIFT, _DIGIT_BITS, _FINEST_OF_H3 = 52, 3, 15  # https://h3geo.org/docs/core-library/h3Indexing

Range = tuple[int, int]
"""The least and the greatest cell at `RESOLUTION` under one coarser cell, both included."""


def cell_of(latitude: float, longitude: float) -> int:
    return int(h3.latlng_to_cell(latitude, longitude, RESOLUTION))


def ranges_within(latitude: float, longitude: float, radius_km: float) -> list[Range]:
    """Every cell that may hold a point within `radius_km`, the nearest cells first; some points are farther."""
    resolution = next(r for r in range(RESOLUTION, COARSEST - 1, -1) if r == COARSEST or _rings(radius_km, r) <= _RINGS)
    home = h3.latlng_to_cell(latitude, longitude, resolution)
    away = {
        cell: distance_km(latitude, longitude, *h3.cell_to_latlng(cell))
        for cell in h3.grid_disk(home, _rings(radius_km, resolution))
    }
    reach = radius_km + _at(resolution, _REACH_KM)
    return [_descendants(cell, resolution) for cell in sorted(away, key=away.__getitem__) if away[cell] <= reach]


def _rings(radius_km: float, resolution: int) -> int:
    return ceil((radius_km + 2 * _at(resolution, _REACH_KM)) / _at(resolution, _STEP_KM))


def _at(resolution: int, km: float) -> float:
    return float(km * _SHRINK ** (6 - resolution))


def _descendants(cell: int, resolution: int) -> Range:
    # The digits that a cell does not use are all ones, which no digit in use is.
    greatest = cell + ((RESOLUTION - resolution) << _RESOLUTION_SHIFT)
    free = (1 << _DIGIT_BITS * (RESOLUTION - resolution)) - 1
    return greatest - (free << _DIGIT_BITS * (_FINEST_OF_H3 - RESOLUTION)), greatest


def distance_km(from_latitude: float | None, from_longitude: float | None, latitude: float, longitude: float) -> float:
    """Great-circle distance in kilometres (haversine); infinite from a commune whose position is not known."""
    if from_latitude is None or from_longitude is None:
        return inf
    up, along = radians(latitude - from_latitude) / 2, radians(longitude - from_longitude) / 2
    chord = sin(up) ** 2 + cos(radians(from_latitude)) * cos(radians(latitude)) * sin(along) ** 2
    return 2 * 6371.0 * asin(sqrt(chord))


MINUTES_PER_KM = 1.3 / 40 * 60
"""A modest guess: roads are a third longer than the crow flies, and 40 km/h on a round. The one rule of the house:
the phone measures a detour by it, too."""


def driving_minutes(km: float) -> int | None:
    """None when the distance is not known."""
    if km == inf:
        return None
    return max(1, round(km * MINUTES_PER_KM))
