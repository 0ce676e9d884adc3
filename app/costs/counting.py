"""An estimate: lines × payers × how sure each payer is, for a month and for an episode. Plain values in and out.

Payers come in one order (FACTS_COORDINATION 3.3): Assurance Maladie, complement, then one alone of APA, retirement
fund, PCH and department, then the assistance contract; what is left is the person's. The tax credit is given back the
year after: it is reckoned beside all that and never taken off.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from app.costs.rules import (
    ZERO,
    ApaScale,
    NursingHomeScale,
    apa_share,
    beyond_tariff,
    cents,
    known,
    least_paid,
    nursing_home_share,
    resources_each,
    tax_credit,
    times_mtp,
    urgent_apa,
)
from app.costs.schema import DatedRates, RateFigure
from app.costs.terms import (
    CREDITED,
    IN_A_PLAN,
    OF_CARE,
    ONCE,
    PRICED_BY_LAW,
    SURE,
    Certainty,
    ContractHelp,
    CostLine,
    CostSums,
    CountedEstimate,
    FundingRemark,
    FundingSituation,
    Payer,
    PayerShare,
    RemarkTone,
    ServiceKind,
    WantedService,
)

ONE = Decimal(1)


@dataclass
class _Tally:
    """One line while it is reckoned."""

    wanted: WantedService
    price: Decimal | None
    to_check: bool = False
    owed: Decimal = ZERO
    left: Decimal = ZERO
    first_total: Decimal = ZERO
    total: Decimal = ZERO
    franchise: Decimal = ZERO
    beyond: Decimal = ZERO
    first: dict[tuple[Payer, Certainty], Decimal] = field(default_factory=dict)
    paid: dict[tuple[Payer, Certainty], Decimal] = field(default_factory=dict)

    @property
    def kind(self) -> ServiceKind:
        return self.wanted.kind

    def begin(self, month: int) -> None:
        comes = not month or self.kind not in ONCE
        self.owed = self.left = cents(self.wanted.quantity * (self.price or ZERO)) if comes else ZERO
        self.total += self.owed
        if not month and self.kind not in ONCE:
            self.first_total = self.owed

    def pay(self, payer: Payer, certainty: Certainty, amount: Decimal, month: int) -> Decimal:
        """Never more than is left; returns what it was."""
        amount = max(ZERO, min(cents(amount), self.left))
        if amount:
            who = payer, certainty
            self.left -= amount
            self.paid[who] = self.paid.get(who, ZERO) + amount
            if not month and self.kind not in ONCE:
                self.first[who] = amount
        return amount

    def cut(self, amount: Decimal, month: int) -> None:
        """This month it comes to no more than this."""
        self.total -= self.owed - amount
        self.owed = self.left = amount
        if not month:
            self.first_total = amount

    def likely_left(self, *, month: bool) -> Decimal:
        """What stays hers when the certain and the likely pay."""
        paid = self.first if month else self.paid
        likely = (amount for (_payer, sure), amount in paid.items() if sure is not Certainty.POSSIBLE)
        return (self.first_total if month else self.total) - sum(likely, ZERO)

    def line(self, credit_month: Decimal | None, credit: Decimal | None) -> CostLine:
        shares = tuple(PayerShare(*who, self.first.get(who, ZERO), amount) for who, amount in self.paid.items())
        return CostLine(
            kind=self.kind,
            quantity=self.wanted.quantity,
            price=self.price,
            month=self.first_total,
            episode=self.total,
            shares=() if self.to_check else shares,
            to_check=self.to_check,
            franchise=self.franchise,
            beyond=self.beyond,
            credit_month=credit_month,
            credit=credit,
        )


@dataclass
class _Reckoning:
    """All that one estimate is reckoned with."""

    of: FundingSituation
    rates: DatedRates
    day: date
    tallies: list[_Tally]
    remarks: list[FundingRemark] = field(default_factory=list)
    franchise_left: Decimal | None = None

    def known(self, figure: RateFigure | None) -> Decimal | None:
        return known(figure, self.day, self.rates.until)

    def say(self, tone: RemarkTone, why: str, amount: Decimal | None = None) -> None:
        if all(each.why != why for each in self.remarks):
            self.remarks.append(FundingRemark(tone, why, amount))

    def among(self, kinds: Collection[ServiceKind]) -> list[_Tally]:
        return [each for each in self.tallies if each.kind in kinds]


def count(
    situation: FundingSituation,
    wanted: Iterable[WantedService],
    rates: DatedRates,
    day: date,
    contract: ContractHelp | None = None,
) -> CountedEstimate:
    """`day`: on which the rates must hold."""
    reckoning = _Reckoning(situation, rates, day, [])
    reckoning.tallies = [_tally(each, reckoning) for each in wanted]
    reckoning.franchise_left = reckoning.known(rates.franchise.year)
    aid = _aid_of(reckoning)
    hours = contract.hours if contract else ZERO
    fund = _FundLeft.of(reckoning) if aid is Payer.FUND else None
    for month in range(situation.months):
        for tally in reckoning.tallies:
            tally.begin(month)
        for tally in reckoning.among(OF_CARE | {ServiceKind.HOSPITAL, ServiceKind.MEDICINES}):
            _care(tally, reckoning, month)
        for tally in reckoning.among({ServiceKind.DEPENDENCE}):
            _dependence(tally, reckoning, month)
        _aid(aid, fund, reckoning, month)
        hours = _assist(hours, reckoning, month)
    _say_the_rest(reckoning, contract)
    return _closed(reckoning)


def _tally(wanted: WantedService, reckoning: _Reckoning) -> _Tally:
    if wanted.kind not in PRICED_BY_LAW:
        return _Tally(wanted, wanted.price)
    price, rates = wanted.price, reckoning.rates
    by_law = {
        ServiceKind.BED: rates.price.bed,
        ServiceKind.HOSPITAL: rates.price.hospital,
        ServiceKind.MEDICINES: rates.franchise.box,
    }
    price = reckoning.known(by_law[wanted.kind])
    return _Tally(wanted, price, to_check=price is None)


# ---- Assurance Maladie, complement, franchises


def _care(tally: _Tally, reckoning: _Reckoning, month: int) -> None:
    """What is left of the tariff after the Assurance Maladie is the complement's; a franchise is nobody's but hers, in
    a long illness too (ALD), and C2S and children owe none (FACTS_COORDINATION 3.1, check 23)."""
    if tally.kind is ServiceKind.HOSPITAL:
        _complement(tally, tally.left, reckoning, month)
        return
    taken = _franchise(tally, reckoning)
    if taken is None:
        tally.to_check = True
        return
    if tally.kind is ServiceKind.MEDICINES:
        tally.cut(taken, month)
        tally.franchise += taken
        return
    insured = reckoning.rates.insurance
    rate = reckoning.known(
        {
            ServiceKind.NURSING: insured.nursing,
            ServiceKind.PHYSIOTHERAPY: insured.physiotherapy,
            ServiceKind.TRANSPORT: insured.transport,
            ServiceKind.BED: insured.bed,
        }[tally.kind]
    )
    if rate is None:
        tally.to_check = True
        return
    share = tally.owed if reckoning.of.ald else cents(tally.owed * rate)
    taken = min(taken, share)
    tally.franchise += taken
    tally.pay(Payer.INSURANCE, Certainty.CERTAIN, share - taken, month)
    _complement(tally, tally.owed - share, reckoning, month)


def _franchise(tally: _Tally, reckoning: _Reckoning) -> Decimal | None:
    """What is kept back of this month's acts, within what is left of the year; None when it is not known."""
    if reckoning.of.complement == "c2s" or reckoning.of.age < 18 or tally.kind is ServiceKind.BED or not tally.owed:
        return ZERO
    rates = reckoning.rates.franchise
    each = reckoning.known(
        {ServiceKind.MEDICINES: rates.box, ServiceKind.TRANSPORT: rates.transport}.get(tally.kind, rates.act)
    )
    if each is None or reckoning.franchise_left is None:
        return None
    taken = min(cents(each * tally.wanted.quantity), reckoning.franchise_left, tally.owed)
    reckoning.franchise_left -= taken
    return taken


def _complement(tally: _Tally, amount: Decimal, reckoning: _Reckoning, month: int) -> None:
    if reckoning.of.complement == "c2s":
        tally.pay(Payer.COMPLEMENT, Certainty.CERTAIN, amount, month)
    elif reckoning.of.complement == "mutual":
        tally.pay(Payer.COMPLEMENT, Certainty.LIKELY, amount, month)


# ---- those of whom one alone pays


def _aid_of(reckoning: _Reckoning) -> Payer | None:
    """Which of them it is: the one that has said yes, otherwise the first that the law would open."""
    of = reckoning.of
    if of.granted is Payer.APA:
        reckoning.say(RemarkTone.EXCLUDED, "fund-with-apa")
    if of.granted or not reckoning.among(IN_A_PLAN):
        return of.granted
    payer, excluded = _opened(of)
    for why in excluded:
        reckoning.say(RemarkTone.EXCLUDED, why)
    if payer is None:
        reckoning.say(RemarkTone.ASK, "gir-unknown")
    if payer is Payer.FUND:
        _department(reckoning)
        if of.regime == "other":
            reckoning.say(RemarkTone.ASK, "fund-other")
            return None
    return payer


def _opened(of: FundingSituation) -> tuple[Payer | None, tuple[str, ...]]:
    """The first that the law would open, and what it closes (L232-1, L232-23 and L245-1 CASF)."""
    if of.age < 60:
        return Payer.PCH, ("apa-age",)
    if of.before_60:
        return Payer.PCH, ()
    if of.gir is None:
        return None, ("pch-age",)
    if of.gir <= 4:
        return Payer.APA, ("pch-age", "fund-with-apa", "department-with-apa")
    return Payer.FUND, ("pch-age", "apa-gir")


def _department(reckoning: _Reckoning) -> None:
    """Home help of the department: its own scale is not known, so it is said and not counted."""
    of, rates = reckoning.of, reckoning.rates.department
    ceiling = reckoning.known(rates.couple if of.couple else rates.alone)
    if of.age < 65:
        reckoning.say(RemarkTone.EXCLUDED, "department-age")
    elif ceiling is None or of.resources is None:
        reckoning.say(RemarkTone.CHECK, "department-check")
    elif of.resources > ceiling:
        reckoning.say(RemarkTone.EXCLUDED, "department-resources", ceiling)
    else:
        reckoning.say(RemarkTone.ASK, "department-ask", ceiling)


def _aid(aid: Payer | None, fund: "_FundLeft | None", reckoning: _Reckoning, month: int) -> None:
    of, lines = reckoning.of, reckoning.among(IN_A_PLAN)
    if aid is None or not lines:
        return
    if of.granted and of.granted_amount is not None:
        _spread(lines, [each.left for each in lines], of.granted_amount, (aid, Certainty.CERTAIN), month)
    elif aid is Payer.APA:
        _apa(lines, reckoning, month)
    elif aid is Payer.PCH:
        _pch(reckoning, month)
    elif fund:
        fund.pay(lines, reckoning, month)
    else:
        reckoning.say(RemarkTone.CHECK, "granted-unknown")


def _spread(
    lines: Sequence[_Tally], by: Sequence[Decimal], amount: Decimal, who: tuple[Payer, Certainty], month: int
) -> None:
    """Over these lines in proportion; the last takes the cents that are over."""
    whole, left = sum(by, ZERO), min(amount, sum((each.left for each in lines), ZERO))
    for tally, weight in zip(lines[:-1], by[:-1], strict=True):
        left -= tally.pay(*who, amount * weight / whole if whole else ZERO, month)
    lines[-1].pay(*who, left, month)


def _apa(lines: Sequence[_Tally], reckoning: _Reckoning, month: int) -> None:
    """A plan is worth what the department reckons with, to the cap of her GIR; her part follows from her resources."""
    of, rates = reckoning.of, reckoning.rates
    urgent = urgent_apa(rates, reckoning.day) if of.urgent and not of.granted and month < 2 else None
    if urgent:
        reckoning.say(RemarkTone.ASK, "apa-urgent", urgent)
        _spread(lines, [each.left for each in lines], urgent, (Payer.APA, Certainty.POSSIBLE), month)
        return
    scale, least = ApaScale.of(rates, reckoning.day), least_paid(rates, reckoning.day)
    tariff = of.tariff if of.tariff is not None else reckoning.known(rates.price.home_help)
    cap = scale.caps.get(of.gir or 0) if scale else None
    if scale is None or least is None or tariff is None or cap is None:
        reckoning.say(RemarkTone.CHECK, "apa-rates")
        for tally in lines:
            tally.to_check = True
        return
    valued = [_valued(each, tariff) for each in lines]
    plan = min(sum(valued, ZERO), cap)
    each = None if of.resources is None else resources_each(of.resources, couple=of.couple)
    allowance = plan - apa_share(plan, each, scale)
    _say_of_plan(reckoning, tariff, cap if plan < sum(valued, ZERO) else None)
    if allowance <= least:
        reckoning.say(RemarkTone.EXCLUDED, "apa-small", least)
        return
    for tally in lines:
        tally.beyond += _beyond(tally, tariff)
    _spread(lines, valued, allowance, (Payer.APA, _how_sure(of)), month)


def _say_of_plan(reckoning: _Reckoning, tariff: Decimal, cap: Decimal | None) -> None:
    """`cap`: of her GIR, where the plan would be worth more."""
    if reckoning.of.tariff is None and reckoning.among({ServiceKind.HOME_HELP}):
        reckoning.say(RemarkTone.CHECK, "tariff-floor", tariff)
    if cap is not None:
        reckoning.say(RemarkTone.EXCLUDED, "apa-cap", cap)
    if reckoning.of.resources is None:
        reckoning.say(RemarkTone.CHECK, "resources-unknown")


def _how_sure(of: FundingSituation) -> Certainty:
    """An estimated GIR 1 to 3 would have to be two ranks off to open nothing: likely; an estimated GIR 4, possible."""
    if of.granted:
        return Certainty.CERTAIN
    return Certainty.LIKELY if of.decided or (of.gir or 0) <= 3 else Certainty.POSSIBLE


def _valued(tally: _Tally, tariff: Decimal) -> Decimal:
    return tally.owed - _beyond(tally, tariff)


def _beyond(tally: _Tally, tariff: Decimal) -> Decimal:
    if tally.kind is not ServiceKind.HOME_HELP or tally.price is None:
        return ZERO
    return cents(beyond_tariff(tally.wanted.quantity, tally.price, tariff))


def _pch(reckoning: _Reckoning, month: int) -> None:
    """An hour by a service, at the tariff (FACTS_COORDINATION 3.2)."""
    hour = reckoning.known(reckoning.rates.price.pch)
    for tally in reckoning.among({ServiceKind.HOME_HELP}):
        if hour is None:
            tally.to_check = True
            reckoning.say(RemarkTone.CHECK, "pch-rates")
            continue
        tally.beyond += _beyond(tally, hour)
        sure = Certainty.CERTAIN if reckoning.of.granted else Certainty.POSSIBLE
        tally.pay(Payer.PCH, sure, _valued(tally, hour), month)


@dataclass
class _FundLeft:
    """What a retirement fund may still pay: of help after hospital, so many euros within so many months, her part
    included; of OSCAR, so many hours of help a year. Her part of it is written by the fund: without that, only the
    least that it pays is counted, as possible."""

    after_hospital: bool
    left: Decimal
    months: int
    part: Decimal
    sure: Certainty

    @classmethod
    def of(cls, reckoning: _Reckoning) -> "_FundLeft | None":
        of, rates = reckoning.of, reckoning.rates.fund
        figures = (rates.months, rates.year, rates.most, rates.hours)
        months, year, most, hours = (reckoning.known(each) for each in figures)
        if months is None or year is None or most is None or hours is None:
            reckoning.say(RemarkTone.CHECK, "fund-rates")
            for tally in reckoning.among(IN_A_PLAN):
                tally.to_check = True
            return None
        sure = Certainty.CERTAIN if of.granted else Certainty.LIKELY
        if of.fund_part is None:
            reckoning.say(RemarkTone.CHECK, "fund-part")
            sure = Certainty.POSSIBLE
        reckoning.say(RemarkTone.ASK, "fund-before-exit" if of.leaving else "fund-oscar", year if of.leaving else None)
        part = most if of.fund_part is None else of.fund_part
        return cls(of.leaving, year if of.leaving else hours, int(months) if of.leaving else of.months, part, sure)

    def pay(self, lines: Sequence[_Tally], reckoning: _Reckoning, month: int) -> None:
        if month >= self.months:
            return
        helped = lines if self.after_hospital else reckoning.among({ServiceKind.HOME_HELP})
        if not helped:
            return
        if self.after_hospital:
            plan = min(sum((each.owed for each in helped), ZERO), self.left)
            self.left -= plan
        else:
            hours = min(sum((each.wanted.quantity for each in helped), ZERO), self.left)
            self.left -= hours
            plan = cents(hours * (helped[0].price or ZERO))
        _spread(helped, [each.owed for each in helped], cents(plan * (ONE - self.part)), (Payer.FUND, self.sure), month)


# ---- a nursing home, the contract


def _dependence(tally: _Tally, reckoning: _Reckoning, month: int) -> None:
    """Only in territories that still have prices of dependence by GIR."""
    scale, of = NursingHomeScale.of(reckoning.rates, reckoning.day), reckoning.of
    reckoning.say(RemarkTone.CHECK, "nursing-home-trial")
    if scale is None:
        tally.to_check = True
        reckoning.say(RemarkTone.CHECK, "apa-rates")
        return
    resources = None if of.resources is None else of.resources / (2 if of.couple else 1)
    if resources is None:
        reckoning.say(RemarkTone.CHECK, "resources-unknown")
    share = nursing_home_share(tally.owed, tally.wanted.part, resources, scale)
    tally.pay(Payer.APA, Certainty.LIKELY, tally.owed - share, month)


def _assist(hours: Decimal, reckoning: _Reckoning, month: int) -> Decimal:
    """Hours of the contract, the first months first; returns those that are left."""
    for tally in reckoning.among({ServiceKind.HOME_HELP}):
        now = min(hours, tally.wanted.quantity)
        if now and tally.price:
            tally.pay(Payer.CONTRACT, Certainty.LIKELY, now * tally.price, month)
            hours -= now
    return hours


# ---- what must be said beside the figures


def _say_the_rest(reckoning: _Reckoning, contract: ContractHelp | None) -> None:
    of, rates = reckoning.of, reckoning.rates
    if contract:
        reckoning.say(RemarkTone.ASK, "contract-before-exit")
    if any(each.franchise for each in reckoning.tallies):
        reckoning.say(
            RemarkTone.EXCLUDED, "franchise-ald" if of.ald else "franchise", reckoning.known(rates.franchise.year)
        )
    if of.granted is Payer.APA or any(payer is Payer.APA for each in reckoning.tallies for payer, _sure in each.paid):
        _say_of_apa(reckoning)
    if reckoning.among({ServiceKind.LODGING}):
        reckoning.say(RemarkTone.ASK, "lodging")
    if reckoning.among({ServiceKind.MEALS}):
        reckoning.say(RemarkTone.EXCLUDED, "credit-meals")
    if of.complement != "c2s":
        _health_cover(reckoning)


def _say_of_apa(reckoning: _Reckoning) -> None:
    rates = reckoning.rates
    if reckoning.of.leaving:
        reckoning.say(RemarkTone.ASK, "apa-hospital")
    for figure, why in ((rates.apa.respite, "apa-respite"), (rates.apa.carer_away, "apa-carer-away")):
        if amount := times_mtp(figure, rates, reckoning.day):
            reckoning.say(RemarkTone.ASK, why, amount)


def _health_cover(reckoning: _Reckoning) -> None:
    """Whether C2S may be asked for, by the ceilings of this day."""
    of, cover = reckoning.of, reckoning.rates.health_cover
    free, share = (cover.free_couple, cover.share_couple) if of.couple else (cover.free_alone, cover.share_alone)
    free_at, share_at = reckoning.known(free), reckoning.known(share)
    if free_at is None or share_at is None or of.resources is None:
        reckoning.say(RemarkTone.CHECK, "health-cover-check")
    elif of.resources * 12 <= share_at:
        why = "health-cover-free" if of.resources * 12 <= free_at else "health-cover-share"
        reckoning.say(RemarkTone.ASK, why, share_at)


# ---- sums and the tax credit


def _closed(reckoning: _Reckoning) -> CountedEstimate:
    credit, lines, whole, monthly = _Credit.of(reckoning), [], ZERO, ZERO
    for tally in reckoning.tallies:
        counts = ZERO if tally.to_check else _credited(tally)
        month, rest = (cents(tally.likely_left(month=each) * counts) for each in (True, False))
        whole, monthly = whole + rest, monthly + month
        lines.append(tally.line(credit.given(month), credit.of_rest(rest)) if credit else tally.line(None, None))
    if whole:
        reckoning.say(RemarkTone.ASK if credit else RemarkTone.CHECK, "credit-later" if credit else "credit-rates")
    standing = [each for each in lines if not each.to_check]
    return CountedEstimate(
        tuple(lines),
        tuple(reckoning.remarks),
        _sums(standing, credit.given(monthly) if credit else None, month=True),
        _sums(standing, credit.given(whole) if credit else None, month=False),
        len(standing) < len(lines),
    )


def _sums(lines: Sequence[CostLine], credit: Decimal | None, *, month: bool) -> CostSums:
    certain, likely, possible = (sum((line.left(sure, month=month) for line in lines), ZERO) for sure in SURE)
    return CostSums(certain, likely, possible, credit)


@dataclass
class _Credit:
    """What counts of a year: a base, more when she is over 65, and no more than the most. `left`: of the base, while
    the lines take their parts in turn."""

    part: Decimal
    base: Decimal
    left: Decimal

    @classmethod
    def of(cls, reckoning: _Reckoning) -> "_Credit | None":
        rates = reckoning.rates.credit
        part, base, over_65, most = (
            reckoning.known(each) for each in (rates.part, rates.base, rates.over_65, rates.most)
        )
        if part is None or base is None or over_65 is None or most is None:
            return None
        whole = min(most, base + (over_65 if reckoning.of.age > 65 else ZERO))
        return cls(part, whole, whole)

    def of_rest(self, rest: Decimal) -> Decimal:
        given = tax_credit(rest, self.left, self.part)
        self.left -= min(rest, self.left)
        return given

    def given(self, rest: Decimal) -> Decimal:
        return tax_credit(rest, self.base, self.part)


def _credited(tally: _Tally) -> Decimal:
    """Which part of what is left counts for the credit: of a meal, its delivery alone."""
    if tally.kind not in CREDITED:
        return ZERO
    if tally.kind is ServiceKind.MEALS:
        return min(ONE, tally.wanted.part / tally.price) if tally.price else ZERO
    return ONE
