"""DatedRates files: what a wrong one says, and which one holds on a day."""

from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from app.core.files import WrongFile
from app.costs.library import FOLDER, figures_of, load_rates, rates_on, read_rates

WHOLE = (FOLDER / "2026-01-01.toml").read_text(encoding="utf-8")


def written(folder: Path, text: str, name: str = "2026-01-01.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("mtp = {", "mpt = {", "unknown field `mpt`"),
        ("[apa]", "[pap]", "unknown field `pap`"),
        ("value = 1288.13", 'value = "beaucoup"', "line 7: apa.mtp.value"),
        ("value = 1288.13", "value = -1", "line 7: apa.mtp: a number that is not below zero"),
        ("value = 1288.13", "value = nan", "line 7: apa.mtp: a number that is not below zero"),
        (', source = "OpenFisca, MTP au 1er janvier 2026"', "", "missing required field `source`"),
        ("value = 1288.13, since = 2026-01-01", "value = 1288.13", "missing required field `since`"),
        ("since = 2026-01-01\nuntil", "since = 2026-01-02\nuntil", "named by the first day"),
        ("until = 2026-12-31", "until = 2025-12-31", "until: after since"),
        (
            "value = 1288.13, since = 2026-01-01",
            "value = 1288.13, since = 2027-01-01",
            "apa.mtp: ends before it begins",
        ),
        ("[apa]", "[apa", "2026-01-01.toml"),
    ],
)
def test_a_wrong_file_is_named_with_its_key(tmp_path: Path, before: str, after: str, said: str) -> None:
    assert before in WHOLE
    with pytest.raises(WrongFile, match=r"2026-01-01\.toml") as error:
        read_rates(written(tmp_path, WHOLE.replace(before, after, 1)))
    assert said in str(error.value)


def test_a_folder_without_rates_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(WrongFile):
        load_rates(tmp_path)


def test_every_figure_says_where_it_was_read() -> None:
    for rates in load_rates():
        for name, figure in figures_of(rates):
            assert figure.source, name


def test_the_newest_file_that_has_begun_holds(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        found = {day: rates_on(day).slug for day in (date(2023, 5, 1), date(2025, 12, 31), date(2026, 1, 1))}
        assert list(found.values()) == ["2024-01-01", "2025-01-01", "2026-01-01"]
        assert rates_on(date(2027, 1, 1)).slug == "2026-01-01", "until somebody makes the next"
