"""Real processes, real HTTP, fifty taps at the same instant: one winner, no error. A thousand of these, with how long
losers waited, is `python -m tests.bench.races`."""

from pathlib import Path

from tests.bench import races


def test_a_handful_of_races_over_http_have_one_winner_each(engine_url: str, tmp_path: Path) -> None:
    processes = 1 if "sqlite" in engine_url else 2
    outcome = races.run(engine_url, tmp_path, races=3, of=50, processes=processes, unhurried=True)
    assert outcome.answers == {"200": 3, "409": 3 * 49}, (outcome.answers, (tmp_path / "web.log").read_text()[-4000:])
    assert outcome.fair
