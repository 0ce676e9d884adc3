"""Lines × payers × how sure each is, without a database: checks 17 to 20, 23 and 24 of FACTS_COORDINATION 9."""

from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.costs.counting import count
from app.costs.library import load_rates
from app.costs.terms import (
    IN_A_PLAN,
    PRICED_BY_LAW,
    Certainty,
    ContractHelp,
    CountedEstimate,
    FundingSituation,
    Payer,
    ServiceKind,
    WantedService,
)

RATES = load_rates()[-1]
TODAY, NEXT_YEAR = date(2026, 11, 29), date(2027, 1, 1)
SHE = FundingSituation(age=84, gir=3, decided=True, resources=D(1500))


def wanted(kind: str, quantity: int | str, price: int | str | None = None, part: int | str = 0) -> WantedService:
    return WantedService(ServiceKind(kind), D(quantity), None if price is None else D(price), D(part))


HELP = wanted("home-help", 40, 25)


def counted(
    she: FundingSituation, *services: WantedService, day: date = TODAY, contract: ContractHelp | None = None
) -> CountedEstimate:
    return count(she, services, RATES, day, contract)


def why(made: CountedEstimate) -> set[str]:
    return {each.why for each in made.remarks}


def test_what_she_pays_of_a_plan_of_1000_euros() -> None:
    """Check 17."""
    made = counted(SHE, HELP)
    assert made.month.certain == 1000, "as long as nobody has said yes"
    assert made.month.likely == made.month.possible == D("136.19")
    assert made.episode.likely == D("408.57")
    assert not made.at_least


def test_a_price_above_the_tariff_adds_the_whole_gap() -> None:
    """Check 18, by the whole way: the plan is worth 30 × 18.20."""
    she = replace(SHE, tariff=D("18.20"))
    at_tariff = counted(she, wanted("home-help", 30, "18.20")).month.likely
    above = counted(she, wanted("home-help", 30, 21))
    assert above.month.likely - at_tariff == 30 * (D(21) - D("18.20"))
    assert above.lines[0].beyond == 3 * 84


def test_a_year_without_a_file_says_to_be_checked_and_at_least() -> None:
    """Check 19."""
    made = counted(SHE, HELP, wanted("lodging", 1, 500), day=NEXT_YEAR)
    assert [each.to_check for each in made.lines] == [True, False]
    assert made.at_least
    assert made.month.certain == made.month.likely == 500, "the rest of what is known"
    assert "apa-rates" in why(made)
    assert made.month.credit is None


def test_help_after_hospital_is_not_for_who_has_the_allowance() -> None:
    """Check 20."""
    for she in (SHE, replace(SHE, gir=6, granted=Payer.APA, granted_amount=D(300))):
        made = counted(she, HELP)
        assert "fund-with-apa" in why(made)
        assert Payer.FUND not in {share.payer for line in made.lines for share in line.shares}


def test_a_long_illness_keeps_its_franchises_and_c2s_does_not() -> None:
    """Check 23."""
    nursing = wanted("nursing", 12, "8.40")
    long_illness = counted(replace(SHE, ald=True, months=1), nursing)
    assert long_illness.month.likely == 12
    assert long_illness.lines[0].franchise == 12
    assert "franchise-ald" in why(long_illness)
    covered = counted(replace(SHE, complement="c2s", months=1), nursing)
    assert covered.month.certain == 0
    mutual = counted(replace(SHE, complement="mutual", months=1), nursing)
    assert mutual.month.likely == 12, "no complement pays a franchise"
    assert mutual.month.certain == D("52.32"), "12 and two fifths of 100.80"


def test_franchises_end_at_fifty_euros_a_year() -> None:
    made = counted(replace(SHE, ald=True, months=6), wanted("nursing", 12, "8.40"), wanted("medicines", 9))
    assert made.episode.likely == 50
    assert sum(each.franchise for each in made.lines) == 50
    assert made.month.likely == 21


def test_a_child_owes_no_franchise() -> None:
    assert counted(FundingSituation(age=9, ald=True), wanted("nursing", 12, "8.40")).episode.certain == 0


def test_the_tax_credit_stands_beside_and_is_never_taken_off() -> None:
    """Check 24."""
    made = counted(SHE, HELP)
    assert made.month.credit == D("68.10"), "half of what stays hers after the allowance, given back the year after"
    assert made.month.likely == D("136.19")
    assert made.lines[0].credit == made.episode.credit == D("204.29")
    assert "credit-later" in why(made)


def test_of_a_meal_only_its_delivery_counts_for_the_credit() -> None:
    she = FundingSituation(age=70, gir=6, regime="other")
    made = counted(replace(she, months=1), wanted("meals", 20, "9.77", "3.24"))
    assert made.month.credit == D("32.40")
    assert "credit-meals" in why(made)


def test_the_credit_has_a_limit_of_a_year() -> None:
    she = FundingSituation(age=70, gir=6, regime="other", months=12)
    assert counted(she, wanted("home-help", 100, 30)).episode.credit == D(6750), "half of 12,000 and 1,500"
    assert counted(replace(she, age=64), wanted("home-help", 100, 30)).episode.credit == D(6000)


def test_the_fund_pays_three_months_and_1800_euros_with_her_part() -> None:
    she = FundingSituation(age=70, gir=5, leaving=True, months=6)
    made = counted(she, wanted("home-help", 40, 25))
    assert made.episode.likely == 6000, "her part is not known: what the fund pays is only possible"
    assert made.episode.possible == 6000 - D("486"), "the least that it pays: 27 % of 1,800"
    assert {"fund-part", "fund-before-exit", "apa-gir"} <= why(made)
    written = counted(replace(she, fund_part=D("0.1")), wanted("home-help", 10, 25))
    assert written.episode.likely == 6 * 250 - 3 * 225, "three months of six"


def test_at_home_the_fund_pays_eighty_hours() -> None:
    she = FundingSituation(age=70, gir=6, fund_part=D("0.5"), months=12)
    assert counted(she, wanted("home-help", 10, 20)).episode.likely == 12 * 200 - 80 * 10
    assert "fund-oscar" in why(counted(she, HELP))


def test_an_estimated_gir_4_is_only_possible_and_a_small_allowance_is_not_paid() -> None:
    estimated = counted(replace(SHE, gir=4, decided=False), wanted("home-help", 20, 25))
    assert estimated.month.likely == 500 > estimated.month.possible
    assert counted(replace(SHE, decided=False), HELP).month.likely == D("136.19")
    small = counted(replace(SHE, resources=D(4000)), wanted("home-help", 10, 25))
    assert "apa-small" in why(small)
    assert small.month.possible == 250


def test_a_plan_ends_at_the_cap_of_its_gir() -> None:
    made = counted(replace(SHE, gir=4, resources=D(0)), wanted("home-help", 50, 25))
    assert made.month.likely == 1250 - D("811.52")
    assert "apa-cap" in why(made)


def test_resources_that_were_not_said_are_reckoned_as_the_highest() -> None:
    made = counted(replace(SHE, resources=None), HELP)
    assert made.month.likely == 900
    assert "resources-unknown" in why(made)


def test_what_was_granted_is_certain() -> None:
    made = counted(replace(SHE, granted=Payer.APA, granted_amount=D(700)), HELP, wanted("alarm", 1, 25))
    assert made.month.certain == 325
    assert counted(replace(SHE, granted=Payer.APA), HELP).month.certain == D("136.19")
    assert "granted-unknown" in why(counted(replace(SHE, granted=Payer.DEPARTMENT), HELP))


def test_who_cannot_wait_gets_the_same_for_two_months() -> None:
    made = counted(replace(SHE, urgent=True), wanted("home-help", 60, 25))
    assert made.month.possible == 1500 - D("1040.16")
    assert made.month.likely == 1500
    assert "apa-urgent" in why(made)


def test_pch_before_sixty() -> None:
    made = counted(FundingSituation(age=45), wanted("home-help", 10, 30))
    assert made.month.possible == 50
    assert made.lines[0].beyond == 150
    assert "apa-age" in why(made)
    assert counted(FundingSituation(age=45), HELP, day=NEXT_YEAR).at_least


def test_a_day_in_hospital_is_paid_once_by_the_complement() -> None:
    made = counted(replace(SHE, complement="mutual"), wanted("hospital", 10))
    assert made.month.certain == 0, "not of each month"
    assert made.episode.certain == 230
    assert made.episode.likely == 0
    assert counted(SHE, wanted("hospital", 10), day=NEXT_YEAR).at_least


def test_a_transport_and_a_bed() -> None:
    one = replace(SHE, months=1)
    made = counted(one, wanted("transport", 2, 100), wanted("bed", 4))
    assert made.episode.certain == (200 - 110 + 8) + D("19.76")


def test_a_nursing_home() -> None:
    made = counted(replace(SHE, months=1), wanted("lodging", 1, 2100), wanted("dependence", 1, 700, 200))
    assert made.month.likely == 2300
    assert {"nursing-home-trial", "lodging"} <= why(made)


def test_the_contract_pays_its_hours_and_nothing_else() -> None:
    """A record typed from the contract; without one, nothing is guessed."""
    she = FundingSituation(age=70, gir=6, regime="other")
    made = counted(she, wanted("home-help", 8, 25), contract=ContractHelp(D(10)))
    assert made.month.likely == 0
    assert made.episode.likely == 600 - 250
    assert "contract-before-exit" in why(made)
    assert counted(she, wanted("home-help", 8, 25)).episode.possible == 600


def test_the_department_is_said_and_not_counted() -> None:
    six = FundingSituation(age=70, gir=6, resources=D(900))
    assert "department-ask" in why(counted(six, HELP))
    assert "department-resources" in why(counted(replace(six, resources=D(1100)), HELP))
    assert "department-ask" in why(counted(replace(six, resources=D(1600), couple=True), HELP))
    assert "department-age" in why(counted(replace(six, age=62), HELP))
    assert "department-with-apa" in why(counted(SHE, HELP))


def test_c2s_is_to_be_checked_while_its_ceilings_are_not_known() -> None:
    assert "health-cover-check" in why(counted(SHE, HELP))
    assert "health-cover-free" in why(counted(replace(SHE, resources=D(800)), HELP, day=date(2026, 3, 1)))


def test_without_a_gir_it_is_asked_for() -> None:
    assert "gir-unknown" in why(counted(replace(SHE, gir=None), HELP))


kinds = st.sampled_from(list(ServiceKind))
money = st.decimals(min_value=0, max_value=4000, places=2)


@st.composite
def services(draw: st.DrawFn) -> WantedService:
    kind = draw(kinds)
    price = None if kind in PRICED_BY_LAW else draw(st.decimals(min_value=1, max_value=300, places=2))
    part = draw(st.decimals(min_value=0, max_value=1, places=2)) if kind not in PRICED_BY_LAW else D(0)
    return WantedService(kind, draw(st.decimals(min_value="0.5", max_value=90, places=1)), price, part)


situations = st.builds(
    FundingSituation,
    age=st.integers(0, 105),
    gir=st.none() | st.integers(1, 6),
    decided=st.booleans(),
    couple=st.booleans(),
    resources=st.none() | money,
    ald=st.booleans(),
    complement=st.sampled_from(["none", "mutual", "c2s"]),
    regime=st.sampled_from(["general", "msa", "other"]),
    before_60=st.booleans(),
    leaving=st.booleans(),
    urgent=st.booleans(),
    tariff=st.none() | st.decimals(min_value=10, max_value=40, places=2),
    granted=st.sampled_from([None, Payer.APA, Payer.PCH, Payer.FUND, Payer.DEPARTMENT]),
    granted_amount=st.none() | money,
    fund_part=st.none() | st.decimals(min_value="0.1", max_value="0.73", places=2),
    months=st.integers(1, 12),
)
contracts = st.none() | st.builds(ContractHelp, st.decimals(min_value=0, max_value=60, places=1))


@given(
    she=situations, asked=st.lists(services(), max_size=5), contract=contracts, day=st.sampled_from([TODAY, NEXT_YEAR])
)
def test_whatever_is_asked_nobody_pays_twice_and_the_surer_pay_less(
    she: FundingSituation, asked: list[WantedService], contract: ContractHelp | None, day: date
) -> None:
    made = count(she, asked, RATES, day, contract)
    for sums in (made.month, made.episode):
        assert sums.certain >= sums.likely >= sums.possible >= 0
        assert sums.credit is None or 0 <= sums.credit <= sums.likely / 2 + D("0.01")
    for line in made.lines:
        for month in (True, False):
            assert line.left(Certainty.POSSIBLE, month=month) >= 0
        if not line.to_check and she.complement != "c2s":
            assert line.left(Certainty.POSSIBLE, month=False) >= line.franchise, "nobody pays a franchise for her"
        assert all(share.month <= share.episode for share in line.shares)
    paying = {share.payer for line in made.lines if line.kind in IN_A_PLAN for share in line.shares}
    assert len(paying - {Payer.CONTRACT}) <= 1, "one alone of those who exclude each other"
    assert made.at_least == any(line.to_check for line in made.lines)


@given(asked=st.lists(services(), min_size=1, max_size=4), one=money, other=money)
def test_whoever_has_more_never_has_less_to_pay(asked: list[WantedService], one: D, other: D) -> None:
    low, high = sorted((one, other))
    poor, rich = (count(replace(SHE, resources=each), asked, RATES, TODAY) for each in (low, high))
    assert poor.month.likely <= rich.month.likely + D("0.02"), "but for the cents of a spread"


@pytest.mark.parametrize("kind", list(ServiceKind))
def test_every_kind_is_counted(kind: ServiceKind) -> None:
    price = None if kind in PRICED_BY_LAW else D(50)
    assert counted(SHE, WantedService(kind, D(2), price)).episode.certain >= 0
