"""What the law says of who pays what, one formula after the other. Euros, as decimals; days and instants passed in.

Every figure comes from a rates file (`schema.py`); what a file does not know, or not any more on this day, is None, and
whatever needs it is « à vérifier ». None of it decides anything: funders do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from app.costs.schema import DatedRates, RateFigure

ZERO, CENT = Decimal(0), Decimal("0.01")
OF_COUPLE = Decimal("1.7")
"""By how much a couple's resources are divided at home (CASF R232-11; FACTS_COORDINATION 3.2)."""


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def known(figure: RateFigure | None, day: date, until: date) -> Decimal | None:
    """What it is on this day. `until`: the last day of its file. A figure stops being true without anybody saying so,
    and is not believed a day longer than its file says."""
    if figure is None or not figure.since <= day <= (figure.until or until):
        return None
    return figure.value


# ---- the allowance at home (APA)


@dataclass(frozen=True)
class ApaScale:
    """What the allowance at home is reckoned with in a year. `caps`: by GIR, the most that a month's plan is worth."""

    mtp: Decimal
    caps: Mapping[int, Decimal]
    low: Decimal
    high: Decimal
    first: Decimal
    second: Decimal
    most: Decimal

    @classmethod
    def of(cls, rates: DatedRates, day: date) -> "ApaScale | None":
        """None when one of its figures is not known on this day."""
        apa = rates.apa
        figures = (apa.mtp, apa.low, apa.high, apa.first, apa.second, apa.most, apa.gir1, apa.gir2, apa.gir3, apa.gir4)
        values = [value for each in figures if (value := known(each, day, rates.until)) is not None]
        if len(values) < len(figures):
            return None
        mtp, low, high, first, second, most, *caps = values
        return cls(mtp, dict(enumerate(caps, 1)), mtp * low, mtp * high, mtp * first, mtp * second, most)


def resources_each(resources: Decimal, *, couple: bool) -> Decimal:
    """Of the household, a month: what counts for one of them at home."""
    return resources / OF_COUPLE if couple else resources


def apa_share(plan: Decimal, resources: Decimal | None, scale: ApaScale) -> Decimal:
    """What stays the person's of a plan a month (CASF R232-11, as OpenFisca codes it; vectors in FACTS_COORDINATION
    3.2). `resources`: hers alone, as `resources_each`; none: not said, and the most that the law lets her pay."""
    if resources is not None and resources <= scale.low:
        return ZERO
    most = scale.most * plan
    if resources is None or resources >= scale.high:
        return cents(most)
    span = scale.high - scale.low
    part = (resources - scale.low) / span
    first = min(plan, scale.first)
    second = max(ZERO, min(plan, scale.second) - scale.first)
    above = max(ZERO, plan - scale.second)
    of_second = (Decimal("0.6") * resources + Decimal("0.4") * scale.high - scale.low) / span
    of_above = (Decimal("0.8") * resources + Decimal("0.2") * scale.high - scale.low) / span
    return cents(min(most, scale.most * part * (first + second * of_second + above * of_above)))


def beyond_tariff(hours: Decimal, price: Decimal, tariff: Decimal) -> Decimal:
    """What an hour costs more than the department reckons with is wholly hers (FACTS_COORDINATION 3.2, check 18)."""
    return hours * max(ZERO, price - tariff)


def least_paid(rates: DatedRates, day: date) -> Decimal | None:
    """An allowance of no more than this a month is not paid (CASF D232-31)."""
    wage, times = (known(each, day, rates.until) for each in (rates.apa.minimum_wage, rates.apa.least_paid))
    return None if wage is None or times is None else cents(wage * times)


def urgent_apa(rates: DatedRates, day: date) -> Decimal | None:
    """The same for everybody, a month, from the day of the request until it is decided within two months
    (CASF L232-12)."""
    cap, part = (known(each, day, rates.until) for each in (rates.apa.gir1, rates.apa.urgent))
    return None if cap is None or part is None else (cap * part).quantize(CENT, ROUND_DOWN)


def apa_stops_on(admitted: date, days: int) -> date:
    """The first day on which it is not paid any more in hospital (CASF R232-32; hospital at home is no stay)."""
    return admitted + timedelta(days=days)


def apa_again_from(left: date) -> date:
    """It is paid again from the first of the month in which she left, and needs no new request (CASF R232-32)."""
    return left.replace(day=1)


def times_mtp(figure: RateFigure | None, rates: DatedRates, day: date) -> Decimal | None:
    """Of respite a year (`apa.respite`), of a carer who is in hospital (`apa.carer_away`; D232-9-2 CASF)."""
    mtp, times = known(rates.apa.mtp, day, rates.until), known(figure, day, rates.until)
    return None if mtp is None or times is None else cents(mtp * times)


# ---- the allowance in a nursing home


@dataclass(frozen=True)
class NursingHomeScale:
    low: Decimal
    high: Decimal
    most: Decimal
    keeps: Decimal

    @classmethod
    def of(cls, rates: DatedRates, day: date) -> "NursingHomeScale | None":
        home = rates.nursing_home
        figures = (rates.apa.mtp, home.low, home.high, home.most, home.keeps)
        mtp, low, high, most, keeps = (known(each, day, rates.until) for each in figures)
        if mtp is None or low is None or high is None or most is None or keeps is None:
            return None
        return cls(mtp * low, mtp * high, most, keeps)


def nursing_home_share(price: Decimal, least: Decimal, resources: Decimal | None, scale: NursingHomeScale) -> Decimal:
    """What she pays of the price of dependence a month; the department pays the rest (as OpenFisca codes it).

    `price`: of her GIR; `least`: of GIR 5-6, always hers. `resources`: hers alone (a couple's: half), of which a tenth
    stays hers; none: not said, and the most is reckoned."""
    above = max(ZERO, price - least)
    if resources is None:
        return cents(least + above * scale.most)
    part = min(Decimal(1), max(ZERO, (resources - scale.low) / (scale.high - scale.low)))
    share = least + above * scale.most * part
    return cents(min(price, share, (1 - scale.keeps) * resources))


# ---- the tax credit


def tax_credit(rest: Decimal, base: Decimal, part: Decimal) -> Decimal:
    """Given back the year after, of what is left after every aid (CGI 199 sexdecies). `base`: the most that counts."""
    return cents(part * min(rest, base))
