"""The rates that this Relais knows, each file checked when it starts."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import cast

from flask import Flask, current_app

from app.core.files import WrongFile, read_file
from app.costs.schema import DatedRates, RateFigure
from app.pathways.schema import Part

FOLDER = Path(__file__).parent / "rates"


def read_rates(path: Path) -> DatedRates:
    """The rates that this file describes; its amounts to the cent, as they are written. Raises `WrongFile`."""
    return read_file(path, DatedRates, mistakes)


def mistakes(rates: DatedRates) -> Iterator[tuple[str, str]]:
    """What the types cannot say: key and words of each."""
    if rates.slug != rates.since.isoformat():
        yield "since", "a file is named by the first day of its rates"
    if rates.until < rates.since:
        yield "until", "after since"
    for name, figure in figures_of(rates):
        if not (figure.value.is_finite() and figure.value >= 0):
            yield name, "a number that is not below zero"
        if (figure.until or rates.until) < figure.since:
            yield name, "ends before it begins"


def figures_of(rates: DatedRates) -> Iterator[tuple[str, RateFigure]]:
    """Every figure with its name as the file has it: `apa.gir1`."""
    for section in rates.__struct_fields__:
        part = getattr(rates, section)
        for name in part.__struct_fields__ if isinstance(part, Part) else ():
            if figure := getattr(part, name):
                yield f"{section}.{name}", figure
    for n, tariff in enumerate(rates.tariffs):
        yield f"tariffs[{n}].figure", tariff.figure


def load_rates(folder: Path = FOLDER) -> tuple[DatedRates, ...]:
    """The oldest first."""
    found = tuple(read_rates(path) for path in sorted(folder.glob("*.toml")))
    if not found:
        raise WrongFile(f"{folder.name}: no rates at all")
    return found


def rates_on(day: date) -> DatedRates:
    """The newest file that has begun; before the first of them, the first."""
    known = cast(Sequence[DatedRates], current_app.extensions["rates"])
    begun = [each for each in known if each.since <= day]
    return begun[-1] if begun else known[0]


def days_paid_in_hospital(day: date) -> int:
    """How long an allowance is paid there; by the last that was known, since a warning too many does no harm."""
    days = rates_on(day).apa.hospital_days
    return int(days.value) if days else 30


def init_app(app: Flask) -> None:
    app.extensions["rates"] = load_rates()
