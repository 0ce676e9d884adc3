"""How care comes back, whatever the calendar and the clocks do."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from app import clock
from app.care_requests.rules import CONDITIONS, EVERY_DAY, MOMENTS, WEEKLY, Rhythm, possible, read_rhythm, shared
from app.passages.rules import GRACE, PassageState, changes, failed_beside, progress_of, say_by
from app.relays.rules import part, wanted
from tests.passages.rows import Row

CLOCKS_CHANGE = (date(2026, 10, 25), date(2027, 3, 28))
days = st.dates(date(2026, 1, 1), date(2028, 12, 31)) | st.sampled_from(CLOCKS_CHANGE)
weekdays = st.sets(st.sampled_from(EVERY_DAY), min_size=1).map(sorted).map(tuple)
moments = st.sets(st.sampled_from(MOMENTS), min_size=1).map(sorted).map(tuple)
rhythms = st.builds(Rhythm, days, moments, st.sampled_from([1, 2, 3, WEEKLY]), weekdays)
lengths = st.integers(0, 60)


@given(rhythms, lengths, lengths)
def test_it_comes_the_same_whichever_weeks_are_written_first(rhythm: Rhythm, before: int, after: int) -> None:
    """A series without an end is written on in pieces: no passage is lost or doubled between two of them."""
    middle = rhythm.first + timedelta(days=before)
    last = middle + timedelta(days=after)
    whole = rhythm.visits(rhythm.first, last)
    assert rhythm.visits(rhythm.first, middle) + rhythm.visits(middle + timedelta(days=1), last) == whole
    assert len(set(whole)) == len(whole)
    assert list(whole) == sorted(whole, key=lambda visit: (visit.day, MOMENTS.index(visit.moment)))


@given(rhythms, lengths)
def test_it_never_comes_on_a_day_or_at_a_moment_that_was_not_asked(rhythm: Rhythm, length: int) -> None:
    for visit in rhythm.visits(rhythm.first, rhythm.first + timedelta(days=length)):
        assert visit.day.weekday() in rhythm.weekdays
        assert visit.moment in rhythm.moments
        assert rhythm.every == WEEKLY or (visit.day - rhythm.first).days % rhythm.every == 0


@given(rhythms)
def test_it_is_read_as_it_was_written(rhythm: Rhythm) -> None:
    assert read_rhythm(rhythm.as_written()) == rhythm


@given(rhythms, days)
def test_a_part_of_it_and_the_rest_are_the_whole_for_ever(rhythm: Rhythm, today: date) -> None:
    visits = rhythm.visits(rhythm.first, rhythm.first + timedelta(days=21))
    for said in possible(visits, today, rhythm):
        goes_on, left = said.goes_on(rhythm)
        later = rhythm.first + timedelta(days=22)
        shares = [each.visits(later, later + timedelta(days=28)) for each in (goes_on, left) if each]
        together = [visit for share in shares for visit in share]
        assert sorted(together) == sorted(rhythm.visits(later, later + timedelta(days=28)))
        assert all(shared(visits, said, today))


@given(days)
def test_a_day_of_23_or_25_hours_is_one_day(day: date) -> None:
    until = say_by(day, clock.midnight)
    assert until - GRACE == clock.midnight(day + timedelta(days=1))
    assert timedelta(hours=23) <= (until - GRACE) - clock.midnight(day) <= timedelta(hours=25)
    here = until.astimezone(ZoneInfo("Europe/Paris"))
    assert here.date() == day + timedelta(days=1)


@given(rhythms, lengths, st.sets(st.integers(0, 40)), days)
def test_what_was_said_is_never_taken_away(rhythm: Rhythm, length: int, said: set[int], today: date) -> None:
    plan = rhythm.visits(rhythm.first, rhythm.first + timedelta(days=length))
    kept = {visit: n in said for n, visit in enumerate(plan)}
    needed = changes((), kept, today)
    assert set(needed.drop) == {visit for visit, was_said in kept.items() if not was_said}
    assert needed.add == []
    again = changes(plan, kept, today)
    assert (list(again.drop), list(again.add)) == ([], [])


@given(rhythms, lengths, st.sets(st.integers(0, 40)), lengths)
def test_who_leaves_and_who_goes_on_have_the_whole(rhythm: Rhythm, length: int, said: set[int], after: int) -> None:
    plan = rhythm.visits(rhythm.first, rhythm.first + timedelta(days=length))
    done = {visit for n, visit in enumerate(plan) if n in said}
    parting = part(plan, done, rhythm.first + timedelta(days=after), None)
    assert sorted([*parting.kept, *parting.rest]) == sorted(plan)
    assert done <= set(parting.kept)


@given(rhythms, st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)))
def test_there_is_always_time_to_find_somebody(rhythm: Rhythm, naive: datetime) -> None:
    now = naive.replace(tzinfo=ZoneInfo("UTC"))
    rest = rhythm.visits(rhythm.first, rhythm.first + timedelta(days=30))
    if rest:
        starts, ends = wanted(rest, now, clock.midnight)
        assert starts < ends
        assert ends - now >= timedelta(hours=24)


def test_every_condition_that_means_something_without_an_end_says_who_goes_on() -> None:
    assert [each.slug for each in CONDITIONS if not each.goes_on] == ["three-in-four"]


class TestWhatBecameOfThem:
    DAY = date(2026, 11, 25)

    def rows(self, *states: str) -> list[Row]:
        made = [PassageState(state) for state in states]
        return [Row(self.DAY + timedelta(days=n), "morning", state) for n, state in enumerate(made)]

    def test_two_in_a_row(self) -> None:
        rows = self.rows("absent", "done", "refused", "other", "planned")
        assert failed_beside(rows, rows[0]) == []
        assert failed_beside(rows, rows[3]) == [rows[2]]

    def test_how_far_it_came(self) -> None:
        rows = self.rows("done", "absent", "planned", "planned")
        progress = progress_of(rows, 4, self.DAY)
        assert (progress.done, progress.failed, progress.total) == (1, 1, 4)
        assert progress.next.day == self.DAY + timedelta(days=2)

    def test_after_midnight_what_was_not_said_is_not_the_next_one(self) -> None:
        rows = self.rows("done", "planned", "planned")
        assert progress_of(rows, 3, self.DAY + timedelta(days=2)).next.day == self.DAY + timedelta(days=2)
        assert progress_of(rows, 3, self.DAY + timedelta(days=3)).next is None
