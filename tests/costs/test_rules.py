"""The law's formulas, without a database: FACTS_COORDINATION 3.1 and 3.2, checks 17 to 21, 23, 24 and 31."""

from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.costs.library import load_rates
from app.costs.rules import (
    ApaScale,
    NursingHomeScale,
    apa_again_from,
    apa_share,
    apa_stops_on,
    beyond_tariff,
    known,
    least_paid,
    nursing_home_share,
    resources_each,
    tax_credit,
    times_mtp,
    urgent_apa,
)

RATES = {each.slug[:4]: each for each in load_rates()}
NOW = date(2026, 11, 29)
IN_2026 = RATES["2026"]


def scale(year: str) -> ApaScale:
    found = ApaScale.of(RATES[year], date(int(year), 7, 1))
    assert found
    return found


@pytest.mark.parametrize(
    ("resources", "plan", "share"),
    [
        *((900, 800, "0"), (1200, 800, "53.69"), (1500, 1000, "136.19"), (2000, 1500, "392.57")),
        *((2500, "2080.33", "898.07"), (4000, 1000, "900")),
    ],
)
def test_each_vector_of_2026(resources: int, plan: int | str, share: str) -> None:
    assert apa_share(D(plan), D(resources), scale("2026")) == D(share)


def test_a_couple_counts_for_one_and_seven_tenths() -> None:
    assert apa_share(D(1000), resources_each(D(2550), couple=True), scale("2026")) == D("136.19")
    assert resources_each(D(2550), couple=False) == 2550


@pytest.mark.parametrize(
    ("year", "mtp", "caps", "low", "high"),
    [
        ("2024", "1210.90", ("1955.60", "1581.44", "1143.09", "762.87"), "877.90", "3233.10"),
        ("2025", "1266.6", ("2045.56", "1654.18", "1195.67", "797.96"), "918.3", "3381.8"),
        ("2026", "1288.13", ("2080.33", "1682.30", "1215.99", "811.52"), "933.89", "3439.31"),
    ],
)
def test_the_figures_of_each_year(year: str, mtp: str, caps: tuple[str, ...], low: str, high: str) -> None:
    found = scale(year)
    assert found.mtp == D(mtp)
    assert list(found.caps.values()) == [D(each) for each in caps]
    assert abs(found.low - D(low)) < D("0.02")
    assert abs(found.high - D(high)) < D("0.03")


def test_the_formula_also_gives_the_limits_published_for_2023() -> None:
    """FACTS_COORDINATION 3.2: 864.60 and 3,184.11 of an MTP of 1,192.55."""
    apa = IN_2026.apa
    assert apa.low and apa.high
    assert round(D("1192.55") * apa.low.value, 2) == D("864.60")
    assert round(D("1192.55") * apa.high.value, 2) == D("3184.11")


amounts = st.decimals(min_value=0, max_value=6000, places=2)


@given(plan=amounts, resources=amounts, year=st.sampled_from(sorted(RATES)))
def test_a_share_is_never_above_nine_tenths_of_the_plan_nor_below_nothing(plan: D, resources: D, year: str) -> None:
    share = apa_share(plan, resources, scale(year))
    assert 0 <= share <= round(D("0.9") * plan + D("0.005"), 2)
    assert share <= apa_share(plan, None, scale(year))


@given(plan=amounts, one=amounts, other=amounts, year=st.sampled_from(sorted(RATES)))
def test_who_has_more_never_pays_less(plan: D, one: D, other: D, year: str) -> None:
    low, high = sorted((one, other))
    assert apa_share(plan, low, scale(year)) <= apa_share(plan, high, scale(year))


@given(one=amounts, other=amounts, resources=amounts)
def test_a_greater_plan_never_costs_less(one: D, other: D, resources: D) -> None:
    small, great = sorted((one, other))
    assert apa_share(small, resources, scale("2026")) <= apa_share(great, resources, scale("2026"))


@given(plan=amounts, resources=amounts)
def test_the_same_resources_pay_no_more_from_year_to_year(plan: D, resources: D) -> None:
    """The limits rise each year."""
    before, then, now = (apa_share(plan, resources, scale(year)) for year in ("2024", "2025", "2026"))
    assert before >= then >= now


def test_an_hour_above_the_tariff_is_hers_to_the_last_cent() -> None:
    """Check 18: 30 hours valued 18.20, of which she pays 10 %, and each costs 21 €."""
    hours, price, tariff = D(30), D(21), D("18.20")
    share = hours * tariff * D("0.10")
    assert hours * tariff - share == D("491.40")
    assert share + beyond_tariff(hours, price, tariff) == D("138.60")
    assert beyond_tariff(hours, D(15), tariff) == 0


def test_the_allowance_of_who_cannot_wait_and_the_one_too_small() -> None:
    assert urgent_apa(IN_2026, NOW) == D("1040.16")
    assert least_paid(IN_2026, NOW) == D("36.93")


def test_respite_and_a_carer_in_hospital() -> None:
    assert times_mtp(IN_2026.apa.respite, IN_2026, NOW) == D("583.52")
    assert times_mtp(IN_2026.apa.carer_away, IN_2026, NOW) == D("1159.32")


def test_in_hospital_it_is_paid_thirty_days_and_again_from_the_first_of_the_month_she_leaves() -> None:
    """Check 31."""
    admitted = date(2026, 11, 4)
    assert apa_stops_on(admitted, 30) == date(2026, 12, 4)
    assert apa_again_from(date(2027, 1, 17)) == date(2027, 1, 1)


def test_dependence_in_a_nursing_home() -> None:
    """FACTS_COORDINATION 3.2: a = 2,846.77, b = 4,379.64."""
    found = NursingHomeScale.of(IN_2026, NOW)
    assert found
    assert round(found.low, 2) == D("2846.77")
    assert round(found.high, 2) == D("4379.64")
    price, least = D(700), D(200)
    assert nursing_home_share(price, least, D(2000), found) == 200
    assert nursing_home_share(price, least, D(5000), found) == 600
    half_way = (found.low + found.high) / 2
    assert nursing_home_share(price, least, half_way, found) == 400
    assert nursing_home_share(price, least, None, found) == 600
    assert nursing_home_share(price, least, D(150), found) == 135, "a tenth of what she has stays hers"


@given(price=amounts, least=amounts, one=amounts, other=amounts)
def test_in_a_nursing_home_who_has_more_never_pays_less(price: D, least: D, one: D, other: D) -> None:
    found = NursingHomeScale.of(IN_2026, NOW)
    assert found
    least, price = sorted((least, price))
    low, high = sorted((one, other))
    assert nursing_home_share(price, least, low, found) <= nursing_home_share(price, least, high, found) <= price


def test_the_tax_credit_is_half_of_what_is_left_to_a_limit() -> None:
    assert tax_credit(D("272.38"), D(12000), D("0.5")) == D("136.19")
    assert tax_credit(D(20000), D(13500), D("0.5")) == 6750


def test_a_figure_is_not_believed_after_its_last_day() -> None:
    """Check 19."""
    mtp = IN_2026.apa.mtp
    assert known(mtp, date(2026, 12, 31), IN_2026.until) == D("1288.13")
    assert known(mtp, date(2027, 1, 1), IN_2026.until) is None
    assert known(None, NOW, IN_2026.until) is None
    assert known(IN_2026.price.hospital, date(2026, 2, 28), IN_2026.until) is None, "23 € since the 1st of March"
    assert known(IN_2026.health_cover.free_alone, NOW, IN_2026.until) is None, "the ceilings of April were not found"
    assert ApaScale.of(IN_2026, date(2027, 1, 1)) is None
    assert NursingHomeScale.of(IN_2026, date(2027, 1, 1)) is None
    assert urgent_apa(IN_2026, date(2027, 1, 1)) is None
    assert least_paid(IN_2026, date(2027, 1, 1)) is None


def test_a_scale_misses_as_soon_as_one_of_its_figures_does() -> None:
    from msgspec.structs import replace as changed_to

    without = changed_to(IN_2026, apa=changed_to(IN_2026.apa, gir4=None))
    assert ApaScale.of(without, NOW) is None
    assert replace(scale("2026"), mtp=D(1)).mtp == 1
