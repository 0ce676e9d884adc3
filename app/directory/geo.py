"""Distance and nearness. Cells first, because an index finds them on any engine; then the exact distance."""

from math import asin, ceil, cos, radians, sin, sqrt

import h3

RESOLUTION = 6
"""Cells of 36 km²: a round of ten kilometres touches about twenty of them."""

_RING_KM = 4.6  # The least that one more ring adds: 0.87 times the least distance between two neighbours' centres.
_EDGE_KM = 4.5  # The most that a point can be away from the centre of its own cell.


def cell_of(latitude: float, longitude: float) -> str:
    return str(h3.latlng_to_cell(latitude, longitude, RESOLUTION))


def cells_within(latitude: float, longitude: float, radius_km: float) -> list[str]:
    """Every cell that may hold a point within `radius_km`; some of their points are farther."""
    rings = ceil((radius_km + 2 * _EDGE_KM) / _RING_KM)
    return list(h3.grid_disk(cell_of(latitude, longitude), rings))


def distance_km(from_latitude: float, from_longitude: float, latitude: float, longitude: float) -> float:
    """Great-circle distance in kilometres (haversine)."""
    up, along = radians(latitude - from_latitude) / 2, radians(longitude - from_longitude) / 2
    chord = sin(up) ** 2 + cos(radians(from_latitude)) * cos(radians(latitude)) * sin(along) ** 2
    return 2 * 6371.0 * asin(sqrt(chord))


def driving_minutes(km: float) -> int:
    """A modest guess for a card: roads are a third longer than the crow flies, and 40 km/h on a round."""
    return max(1, round(km * 1.3 / 40 * 60))
