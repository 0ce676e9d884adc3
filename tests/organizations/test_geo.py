"""Nearness: the cells must hold every point of the circle, or somebody near is never asked."""

from itertools import pairwise
from math import asin, atan2, cos, degrees, radians, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.organizations.geo import cell_of, distance_km, driving_minutes, ranges_within

# Metropolitan France, then the départements overseas.
LAND = st.sampled_from(
    [
        ((42.3, 51.1), (-5.2, 9.6)),
        ((2.1, 5.8), (-54.6, -51.6)),
        ((14.3, 18.2), (-63.2, -60.8)),
        ((-21.4, -20.8), (55.2, 55.9)),
    ]
)


@st.composite
def places(draw: st.DrawFn) -> tuple[float, float]:
    (south, north), (west, east) = draw(LAND)
    return draw(st.floats(south, north)), draw(st.floats(west, east))


def going(latitude: float, longitude: float, bearing: float, km: float) -> tuple[float, float]:
    """Where one is after `km` on a great circle."""
    up, away, course = radians(latitude), km / 6371.0, radians(bearing)
    there = asin(sin(up) * cos(away) + cos(up) * sin(away) * cos(course))
    turned = atan2(sin(course) * sin(away) * cos(up), cos(away) - sin(up) * sin(there))
    return degrees(there), longitude + degrees(turned)


def holds(ranges: list[tuple[int, int]], point: tuple[float, float]) -> bool:
    return any(first <= cell_of(*point) <= last for first, last in ranges)


RADII = st.floats(0.01, 0.5) | st.floats(0.5, 60)


@given(places(), RADII, st.floats(0, 360), st.floats(0, 1))
def test_every_point_of_the_circle_is_in_its_cells(
    place: tuple[float, float], radius: float, bearing: float, part: float
) -> None:
    point = going(*place, bearing, radius * part)
    assert distance_km(*place, *point) <= radius + 1e-6
    assert holds(ranges_within(*place, radius), point)


@given(places(), RADII, st.floats(0, 360))
def test_even_on_its_very_edge(place: tuple[float, float], radius: float, bearing: float) -> None:
    assert holds(ranges_within(*place, radius), going(*place, bearing, radius))


@given(places(), st.floats(0, 100))
def test_every_circle_is_a_short_list_of_cells_apart(place: tuple[float, float], radius: float) -> None:
    ranges = ranges_within(*place, radius)
    assert len(ranges) <= 40
    ordered = sorted(ranges)
    assert all(first <= last for first, last in ordered)
    assert all(before[1] < after[0] for before, after in pairwise(ordered))


@given(places(), places())
def test_distance_is_the_same_both_ways(here: tuple[float, float], there: tuple[float, float]) -> None:
    assert distance_km(*here, *there) == pytest.approx(distance_km(*there, *here), abs=1e-6)
    assert distance_km(*here, *here) == 0


def test_a_known_distance() -> None:
    assert distance_km(48.8566, 2.3522, 45.7640, 4.8357) == pytest.approx(391.5, abs=1)  # Paris, Lyon


def test_a_drive_takes_at_least_a_minute() -> None:
    assert driving_minutes(0) == 1
    assert driving_minutes(10) == 20
