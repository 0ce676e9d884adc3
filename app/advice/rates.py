"""What an opinion is paid, as dated files: a day that no file knows says so instead of guessing."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import cast

from flask import Flask, current_app

from app.advice.rules import AdviceRates
from app.core.files import WrongFile, read_file

FOLDER = Path(__file__).parent / "rates"


def load_rates(folder: Path = FOLDER) -> tuple[AdviceRates, ...]:
    """The oldest first. Raises `WrongFile` when a file is wrong, or two know the same day."""
    read = sorted(
        (read_file(path, AdviceRates, mistakes) for path in folder.glob("*.toml")), key=lambda each: each.valid_from
    )
    for before, after in pairwise(read):
        if after.valid_from <= before.valid_until:
            raise WrongFile(f"{after.valid_from}: begins before {before.valid_until}, where another ends")
    return tuple(read)


def mistakes(rates: AdviceRates) -> Iterator[tuple[str, str]]:
    if rates.valid_until < rates.valid_from:
        yield "valid_until", "ends before it begins"


def known_rates() -> tuple[AdviceRates, ...]:
    return cast(tuple[AdviceRates, ...], current_app.extensions["advice_rates"])


def init_app(app: Flask) -> None:
    app.extensions["advice_rates"] = load_rates()
