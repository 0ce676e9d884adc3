"""The rates that this Relais knows, each file checked when it starts."""

import tomllib
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import cast

import msgspec
from flask import Flask, current_app

from app.funding.schema import Figure, Rates
from app.pathways.schema import Part

FOLDER = Path(__file__).parent / "rates"


class WrongRates(ValueError):
    """Rates that cannot be used; the message names the file and what is wrong."""


def read_rates(path: Path) -> Rates:
    """The rates that this file describes; its amounts to the cent, as they are written. Raises `WrongRates`."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        rates = msgspec.convert({**table, "slug": path.stem}, Rates)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise WrongRates(f"{path.name}: {error}") from None
    for words in mistakes(rates):
        raise WrongRates(f"{path.name}: {words}")
    return rates


def mistakes(rates: Rates) -> Iterator[str]:
    """What the types cannot say."""
    if rates.slug != rates.since.isoformat():
        yield "a file is named by the first day of its rates"
    if rates.until < rates.since:
        yield "until: after since"
    for name, figure in figures_of(rates):
        if not (figure.value.is_finite() and figure.value >= 0):
            yield f"{name}: a number that is not below zero"
        if (figure.until or rates.until) < figure.since:
            yield f"{name}: ends before it begins"
        if figure.since > rates.until:
            yield f"{name}: begins after the file has ended"


def figures_of(rates: Rates) -> Iterator[tuple[str, Figure]]:
    """Every figure with its name as the file has it: `apa.gir1`."""
    for section in rates.__struct_fields__:
        part = getattr(rates, section)
        for name in part.__struct_fields__ if isinstance(part, Part) else ():
            if figure := getattr(part, name):
                yield f"{section}.{name}", figure
    for tariff in rates.tariffs:
        yield f"tariffs.{tariff.label}", tariff.figure


def load_rates(folder: Path = FOLDER) -> tuple[Rates, ...]:
    """The oldest first."""
    found = tuple(read_rates(path) for path in sorted(folder.glob("*.toml")))
    if not found:
        raise WrongRates(f"{folder.name}: no rates at all")
    return found


def rates_on(day: date) -> Rates:
    """The newest file that has begun; before the first of them, the first."""
    known = cast(Sequence[Rates], current_app.extensions["rates"])
    begun = [each for each in known if each.since <= day]
    return begun[-1] if begun else known[0]


def init_app(app: Flask) -> None:
    app.extensions["rates"] = load_rates()
