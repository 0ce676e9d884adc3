"""What an opinion is paid, as dated files: a day that no file knows says so instead of guessing."""

import tomllib
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

from flask import Flask, current_app
from msgspec import Struct, ValidationError, convert

from app.advice.rules import AdviceRates, Fee

FOLDER = Path(__file__).parent / "rates"


class WrongRates(ValueError):
    """A file that cannot be used; the message names it and what is wrong."""


class _Fee(Struct, forbid_unknown_fields=True, kw_only=True):
    code: str
    amount: str  # euros, as `23.00`: a binary fraction would not hold it
    professions: tuple[str, ...]
    per_year: int


class _File(Struct, forbid_unknown_fields=True, kw_only=True):
    valid_from: date
    valid_until: date
    source: str
    expert: _Fee
    asker: _Fee


def load_rates(folder: Path = FOLDER) -> tuple[AdviceRates, ...]:
    """The oldest first. Raises `WrongRates` when a file is wrong, or two know the same day."""
    read = sorted((_read(path) for path in folder.glob("*.toml")), key=lambda each: each.valid_from)
    for before, after in pairwise(read):
        if after.valid_from <= before.valid_until:
            raise WrongRates(f"{after.valid_from}: begins before {before.valid_until}, where another ends")
    return tuple(read)


def _read(path: Path) -> AdviceRates:
    try:
        said = convert(tomllib.loads(path.read_text(encoding="utf-8")), _File)
        if said.valid_until < said.valid_from:
            raise WrongRates(f"{path.name}: ends before it begins")
        return AdviceRates(said.valid_from, said.valid_until, said.source, _fee(said.expert), _fee(said.asker))
    except (tomllib.TOMLDecodeError, ValidationError, InvalidOperation) as error:
        raise WrongRates(f"{path.name}: {error}") from None


def _fee(said: _Fee) -> Fee:
    return Fee(said.code, Decimal(said.amount), frozenset(said.professions), said.per_year)


def known_rates() -> tuple[AdviceRates, ...]:
    return cast(tuple[AdviceRates, ...], current_app.extensions["advice_rates"])


def init_app(app: Flask) -> None:
    extensions: dict[str, Any] = app.extensions
    extensions["advice_rates"] = load_rates()
