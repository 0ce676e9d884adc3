"""Every bench still runs, in a form so short that its figures mean nothing: one that rots is found the same day."""

from pathlib import Path

import pytest

from tests.bench import __main__ as main_job
from tests.bench import dispatch, idle, life, names, near, pages, push, search, stream


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the figures go instead of the project's own tables."""
    file = tmp_path / "RESULTS.md"
    for bench in (main_job, dispatch):
        monkeypatch.setattr(bench, "RESULTS", file)
    return file


def test_what_a_page_costs() -> None:
    costs, ratio = pages.measure(2)
    names = ["inbox", "offer", "visits", "Suivi", "request", "board", "person", "life"]
    assert [each.name for each in costs] == [*names, *(f"{name}, nothing new" for name in names)]
    assert all(each.statements and each.cpu for each in costs)
    assert 0 < ratio < 1


def test_the_main_job(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main_job, "TIMES", 2)
    monkeypatch.setattr(main_job, "TAPS", 1)
    main_job.main("200")
    assert "POST acceptation" in results.read_text()


def test_searches_due_at_once(results: Path) -> None:
    dispatch.main("20")
    assert results.read_text().count("| PostgreSQL |") == 3


def test_the_nearest(blank_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PostGIS beside it, which is not everywhere."""
    monkeypatch.setattr(near, "TIMES", 100)
    (line,) = near.measure(blank_url, tmp_path, 200, None, gis=False)
    assert len(line.took) == 100


def test_finding_a_professional(blank_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "TIMES", 20)
    took, used = names.measure(blank_url, tmp_path, 2_000)
    assert len(took) == len(used) == 20


def test_finding_somebody(blank_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "TIMES", 20)
    lines = search.measure(blank_url, tmp_path, 2_000)
    assert len(lines[0].took) == 20


def test_a_life_of_one_year(blank_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(life, "TIMES", 5)
    figures = life.measure(blank_url, tmp_path, years=1)
    assert len(figures) == 9
    assert all(each.took and each.events for each in figures)


def test_a_change_reaches_open_screens(capsys: pytest.CaptureFixture[str]) -> None:
    stream.main("sqlite", "10", "2")
    assert "2 of 2 notices arrived" in capsys.readouterr().out


def test_pushes(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Without npm web-push beside it, which is fetched for the occasion."""
    for name, value in {"ROUNDS": 1, "MESSAGES": 20, "PHONES": 4, "WAVE": 4}.items():
        monkeypatch.setattr(push, name, value)
    push.main(npm=False)
    said = capsys.readouterr().out
    assert said.count("| Relais, ") == 2 and said.count("4 messages to a service that takes 100 ms") == 2


def test_an_idle_worker(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idle, "SETTLES", 0)
    idle.main("1")
    assert capsys.readouterr().out.count("an idle worker uses") == 2
