"""A plan of visits, and how it is shared between those who say `yes, but`."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.care_requests.rules import CONDITIONS, MOMENTS, Visit, condition, planned, possible, read_visits, shared

TUESDAY = date(2026, 11, 24)
days = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@st.composite
def plans(draw: st.DrawFn) -> tuple[Visit, ...]:
    first, length, every = draw(days), draw(st.integers(0, 60)), draw(st.integers(1, 7))
    moments = draw(st.lists(st.sampled_from(MOMENTS), min_size=1, unique=True))
    return planned(first, first + timedelta(days=length), moments, every=every)


def test_every_other_day_at_two_moments() -> None:
    plan = planned(TUESDAY, TUESDAY + timedelta(days=4), ["evening", "morning"], every=2)
    assert [str(visit) for visit in plan] == [
        *("2026-11-24/morning", "2026-11-24/evening", "2026-11-26/morning", "2026-11-26/evening"),
        *("2026-11-28/morning", "2026-11-28/evening"),
    ]


@given(plans())
def test_what_is_written_is_read(plan: tuple[Visit, ...]) -> None:
    assert read_visits([str(visit) for visit in plan]) == tuple(sorted(plan))


@pytest.mark.parametrize("nonsense", ["", "2026-11-24", "2026-11-24/noon", "tomorrow/morning", "2026-02-30/evening"])
def test_anything_else_is_refused(nonsense: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_visits([nonsense])


@given(plans(), st.sampled_from(CONDITIONS), days)
def test_no_visit_is_lost_or_doubled(plan: tuple[Visit, ...], said: object, today: date) -> None:
    taken, rest = shared(plan, said, today)
    assert sorted([*taken, *rest]) == sorted(plan)
    assert not set(taken) & set(rest)


@given(plans(), days)
def test_what_is_offered_means_something(plan: tuple[Visit, ...], today: date) -> None:
    for said in possible(plan, today):
        assert all(shared(plan, said, today))


@pytest.mark.parametrize(
    ("slug", "taken"),
    [("from-tomorrow", 18), ("mornings", 10), ("weekdays", 16), ("three-in-four", 15), ("five-days", 12)],
)
def test_ten_days_twice_a_day(slug: str, taken: int) -> None:
    plan = planned(TUESDAY, TUESDAY + timedelta(days=9), ["morning", "evening"])
    assert len(shared(plan, condition(slug), TUESDAY)[0]) == taken


def test_a_single_visit_cannot_be_shared() -> None:
    assert possible((), TUESDAY) == []
