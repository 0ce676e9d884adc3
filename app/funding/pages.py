"""What each page of this room shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Self
from uuid import UUID

import msgspec

from app import clock
from app.accounts.models import Account
from app.core.htmx import Page
from app.costs.library import days_paid_in_hospital, rates_on
from app.costs.rules import apa_again_from, apa_stops_on
from app.costs.schema import Tariff
from app.costs.terms import (
    ONCE,
    SURE,
    Certainty,
    CostLine,
    CostSums,
    CountedEstimate,
    FundingRemark,
    Payer,
    ServiceKind,
)
from app.costs.words import BANDS, BY_LAW, PAYERS, REMARKS, SERVICE_ICONS, SERVICES, SURENESS, TONES
from app.funding import queries
from app.funding.actions import services_of, situation_of
from app.funding.forms import AnswerForm, AskForm, ContractForm, ServiceForm, SituationForm
from app.funding.models import AssistanceContract, Estimate, FundingRequest
from app.funding.rules import BEFORE_EXIT, FOLLOWS, MOVES, PAUSED, UNDER_WAY, EstimateState, FundingState
from app.funding.words import ESTIMATE_STATES, FUNDER_STATES, FUNDERS
from app.language.phrases import gettext as _
from app.language.phrases import ngettext, said
from app.language.words import date_words, euros, listed
from app.patients.models import Patient
from app.patients.words import Banner, banner


def counted_of(estimate: Estimate) -> CountedEstimate:
    """Its figures, as they were reckoned."""
    return msgspec.json.decode(estimate.counted, type=CountedEstimate)


def at_least(amount: Decimal, made: CountedEstimate) -> str:
    """`136,19 €`, or `au moins 136,19 €` where something could not be counted."""
    return _("au moins %(amount)s", amount=euros(amount)) if made.at_least else euros(amount)


def rates_changed(estimate: Estimate, today: date) -> bool:
    """Would it be reckoned with other rates today, or do its own say nothing of today any more?"""
    rates, made = rates_on(today), clock.paris(estimate.at).date()
    return rates.slug != estimate.rates or made <= rates.until < today


@dataclass(frozen=True)
class EstimateLine:
    """One estimate in a list."""

    id: UUID
    title: str
    told: str


def line_of_estimate(estimate: Estimate, today: date) -> EstimateLine:
    made = counted_of(estimate)
    services = [str(SERVICES[each.kind]) for each in services_of(estimate)]
    likely = _("%(amount)s par mois", amount=at_least(made.month.likely, made))
    marks = [str(ESTIMATE_STATES[estimate.state])]
    if rates_changed(estimate, today):
        marks.append(_("les tarifs ont changé"))
    on = date_words(clock.paris(estimate.at).date(), "d MMM yyyy")
    told = [likely, *marks, f"{estimate.author.name}, {on}"] if services else [*marks, on]
    return EstimateLine(estimate.id, listed(services) or _("Sans service encore"), " · ".join(told))


@dataclass(frozen=True)
class AskedLine:
    """One request in a list. `pressing`: it is still to be sent, and there is a day for it."""

    id: UUID
    title: str
    told: str
    pressing: bool


def asked_line(asked: FundingRequest) -> AskedLine:
    words = [str(FUNDER_STATES[asked.state])]
    if asked.state is FundingState.TO_PREPARE and asked.deadline:
        words.append(_("avant le %(day)s", day=date_words(asked.deadline, "d MMMM")))
    if asked.state is FundingState.REFUSED and asked.appeal_by:
        words.append(_("recours jusqu'au %(day)s", day=date_words(asked.appeal_by, "d MMMM")))
    title = str(FUNDERS[asked.funder])
    return AskedLine(asked.id, title, " · ".join((*words, asked.owner.name)), len(words) > 1)


@dataclass(frozen=True)
class FundingPage(Page):
    template = "funding/funding.html"

    patient_id: UUID
    banner: Banner
    estimates: list[EstimateLine]
    under_way: list[AskedLine]
    over: list[AskedLine]
    contract: AssistanceContract | None

    @classmethod
    def about(cls, patient: Patient, account: Account, now: datetime) -> Self:
        today, asked = clock.paris(now).date(), queries.requests_of(patient.id, account)
        return cls(
            patient.id,
            banner(patient, now),
            [line_of_estimate(each, today) for each in queries.estimates_of(patient.id, account)],
            [asked_line(each) for each in asked if each.state in UNDER_WAY],
            [asked_line(each) for each in asked if each.state not in UNDER_WAY],
            queries.contract_of(patient.id),
        )


@dataclass(frozen=True)
class CostBand:
    """One of the three figures: what stays hers, and when."""

    title: str
    when: str
    month: str
    episode: str
    decisive: bool


@dataclass(frozen=True)
class CostRow:
    """One service as it is shown: what each payer takes of it, and what is left."""

    kind: ServiceKind
    title: str
    detail: str
    total: str
    paid: Mapping[Payer, str]
    left: str
    credit: str
    notes: Sequence[str]
    to_check: bool


@dataclass(frozen=True)
class RemarkWords:
    """A remark in words. `source`: where the rule was read; empty where there is none to name."""

    words: str
    source: str


@dataclass(frozen=True)
class Figures:
    """An estimate in words, for a screen, a sheet of paper and the person herself."""

    bands: list[CostBand]
    payers: list[tuple[Payer, str]]
    rows: list[CostRow]
    credit: str
    month_credit: str
    remarks: list[tuple[str, list[RemarkWords]]]
    months: str
    at_least: bool
    rates: str

    @classmethod
    def of(cls, estimate: Estimate) -> Self:
        made, months = counted_of(estimate), situation_of(estimate).months
        paying = {share.payer for line in made.lines for share in line.shares}
        return cls(
            bands=[band(sure, made) for sure in SURE],
            payers=[(each, str(PAYERS[each])) for each in Payer if each in paying],
            rows=[row(line) for line in made.lines],
            credit=credit_words(made.episode),
            month_credit=credit_words(made.month),
            remarks=remarks_of(made.remarks),
            months=months_words(months),
            at_least=made.at_least,
            rates=date_words(date.fromisoformat(estimate.rates)),
        )


def months_words(number: int) -> str:
    return ngettext("%(num)s mois", "%(num)s mois", number)


def band(sure: Certainty, made: CountedEstimate) -> CostBand:
    title, when = (str(words) for words in BANDS[sure])
    month, episode = (getattr(sums, sure.value) for sums in (made.month, made.episode))
    return CostBand(title, when, at_least(month, made), at_least(episode, made), sure is Certainty.LIKELY)


def credit_words(sums: CostSums) -> str:
    return _("à vérifier") if sums.credit is None else euros(sums.credit)


def row(line: CostLine) -> CostRow:
    """By month, but what comes once: that is of the episode."""
    once = line.kind in ONCE
    paid: dict[Payer, str] = {}
    for share in line.shares:
        amount = euros(share.episode if once else share.month)
        words = _("%(amount)s (%(sure)s)", amount=amount, sure=SURENESS[share.certainty])
        paid[share.payer] = listed(filter(None, (paid.get(share.payer), words)))
    price = euros(line.price) if line.price is not None else _("tarif à vérifier")
    number = f"{line.quantity.normalize():f}".replace(".", ",")
    return CostRow(
        kind=line.kind,
        title=str(SERVICES[line.kind]),
        detail=_("%(number)s × %(price)s", number=number, price=price) + (_(", en une fois") if once else ""),
        total=euros(line.episode if once else line.month),
        paid=paid,
        left=left_words(line),
        credit=euros(line.credit_month) if line.credit_month else "",
        notes=notes_of(line),
        to_check=line.to_check,
    )


def left_words(line: CostLine) -> str:
    """What is likely hers of it: a month, or in all of what comes once."""
    return _("à vérifier") if line.to_check else euros(line.left(Certainty.LIKELY, month=line.kind not in ONCE))


def notes_of(line: CostLine) -> list[str]:
    """Of the episode: what nobody pays for her."""
    found = []
    if line.franchise and not line.to_check:
        found.append(_("dont franchises %(amount)s en tout", amount=euros(line.franchise)))
    if line.beyond and not line.to_check:
        found.append(_("dont au-dessus du tarif %(amount)s en tout", amount=euros(line.beyond)))
    return found


def remarks_of(made: Sequence[FundingRemark]) -> list[tuple[str, list[RemarkWords]]]:
    """By tone, in the order of the tones' words."""
    return [
        (str(words), told)
        for tone, words in TONES.items()
        if (told := [told_of_remark(each) for each in made if each.tone is tone])
    ]


def told_of_remark(remark: FundingRemark) -> RemarkWords:
    words, source = (str(each) for each in REMARKS[remark.why])
    return RemarkWords(words if remark.amount is None else words.replace("%(amount)s", euros(remark.amount)), source)


@dataclass(frozen=True)
class EstimatePage(Page):
    """`offered`: the services that may be added or changed; `moves`: what may be said of it now."""

    template = "funding/estimate.html"

    patient_id: UUID
    banner: Banner
    id: UUID
    state: str
    draft: bool
    figures: Figures
    rates_changed: bool
    told: str
    facts: list[str]
    offered: list[tuple[ServiceKind, str, str, bool]]
    moves: frozenset[EstimateState]

    @classmethod
    def about(cls, estimate: Estimate, patient: Patient, now: datetime) -> Self:
        chosen = {each.kind for each in services_of(estimate)}
        on = date_words(clock.paris(estimate.at).date())
        return cls(
            patient_id=patient.id,
            banner=banner(patient, now),
            id=estimate.id,
            state=str(ESTIMATE_STATES[estimate.state]),
            draft=estimate.state is EstimateState.DRAFT,
            figures=Figures.of(estimate),
            rates_changed=rates_changed(estimate, clock.paris(now).date()),
            told=f"{estimate.author.name}, {estimate.organization.name}, {on}",
            facts=facts_of(estimate),
            offered=[(each, str(SERVICES[each]), SERVICE_ICONS[each], each in chosen) for each in ServiceKind],
            moves=FOLLOWS[estimate.state] if chosen else frozenset({EstimateState.OUTDATED}),
        )


def facts_of(estimate: Estimate) -> list[str]:
    """What it was reckoned from, on one line."""
    of = situation_of(estimate)
    gir = (
        _("GIR %(gir)s", gir=of.gir) + ("" if of.decided else " " + _("(estimation)")) if of.gir else _("GIR pas connu")
    )
    means = (
        _("%(amount)s de ressources par mois", amount=euros(of.resources))
        if of.resources is not None
        else _("ressources non dites")
    )
    place = _("département %(name)s", name=of.department) if of.department else ""
    lives = _("en couple") if of.couple else _("seule ou seul")
    return [each for each in (_("%(age)s ans", age=of.age), gir, lives, means, place) if each]


@dataclass(frozen=True)
class SituationPage(Page):
    """`changes`: the estimate of which it is, none while there is none."""

    template = "funding/situation.html"

    patient_id: UUID
    banner: Banner
    form: SituationForm
    changes: UUID | None
    refused: str


@dataclass(frozen=True)
class ServicePage(Page):
    """`tariffs`: prices to compare with, in words; `by_law`: instead of a price that nobody types."""

    template = "funding/service.html"

    patient_id: UUID
    banner: Banner
    estimate_id: UUID
    kind: ServiceKind
    title: str
    form: ServiceForm
    chosen: bool
    tariffs: list[RemarkWords]
    by_law: str

    @classmethod
    def about(cls, estimate: Estimate, patient: Patient, form: ServiceForm, now: datetime) -> Self:
        known = [each for each in rates_on(clock.paris(now).date()).tariffs if each.kind == form.kind.value]
        tariffs = [RemarkWords(tariff_words(each), said(each.figure.source)) for each in known]
        chosen = form.kind in {each.kind for each in services_of(estimate)}
        title, by_law = str(SERVICES[form.kind]), str(BY_LAW.get(form.kind, ""))
        return cls(patient.id, banner(patient, now), estimate.id, form.kind, title, form, chosen, tariffs, by_law)


def tariff_words(tariff: Tariff) -> str:
    return _("%(what)s : %(price)s", what=said(tariff.label), price=euros(tariff.figure.value))


@dataclass(frozen=True)
class FunderPage(Page):
    """`refused`: why it is not to be asked for; `source`: where that rule was read."""

    template = "funding/ask.html"

    patient_id: UUID
    banner: Banner
    form: AskForm
    refused: str
    source: str


@dataclass(frozen=True)
class AskedPage(Page):
    """`awaits_exit`: it is due before an exit of which no day is known; `outdated`: somebody else has said otherwise
    meanwhile."""

    template = "funding/asked.html"

    patient_id: UUID
    banner: Banner
    asked: FundingRequest
    line: AskedLine
    form: AnswerForm
    mine: bool
    days: list[tuple[str, str]]
    awaits_exit: bool
    outdated: bool

    @classmethod
    def about(
        cls,
        asked: FundingRequest,
        patient: Patient,
        account: Account,
        form: AnswerForm,
        now: datetime,
        *,
        outdated: bool = False,
    ) -> Self:
        days = {
            _("Envoyée le"): asked.sent_on,
            _("Réponse le"): asked.answered_on,
            _("Recours jusqu'au"): asked.appeal_by,
        }
        days |= pause_days(asked, clock.paris(now).date())
        said_days = [(label, date_words(day)) for label, day in days.items() if day]
        mine = asked.owner_id == account.id
        awaits = asked.state is FundingState.TO_PREPARE and asked.funder in BEFORE_EXIT and not asked.deadline
        return cls(patient.id, banner(patient, now), asked, asked_line(asked), form, mine, said_days, awaits, outdated)


def pause_days(asked: FundingRequest, today: date) -> dict[str, date | None]:
    """Of an allowance that was granted, while she is in hospital: from when it is not paid, and from when again."""
    admitted = queries.admitted_on(asked.patient_id) if asked.state is FundingState.GRANTED else None
    if admitted is None or asked.funder not in PAUSED:
        return {}
    stops, leaves = apa_stops_on(admitted, days_paid_in_hospital(today)), queries.exit_day(asked.patient_id)
    again = apa_again_from(leaves) if leaves and leaves > stops else None
    return {_("Suspendue à partir du"): stops, _("Versée de nouveau à partir du"): again}


def moves_of(asked: FundingRequest) -> list[FundingState]:
    """What somebody may say of it now; that it is too late, only the clock says."""
    return [each for each in FundingState if each in MOVES[asked.state] and each is not FundingState.EXPIRED]


@dataclass(frozen=True)
class ContractPage(Page):
    template = "funding/contract.html"

    patient_id: UUID
    banner: Banner
    form: ContractForm
    known: AssistanceContract | None
    refused: str


@dataclass(frozen=True)
class CostsOfHers:
    """One estimate as the person reads it, and a relative whom she lets: three figures, what she would pay of each
    service, and the tax credit. Not her resources, nor her GIR."""

    on: str
    bands: list[CostBand]
    lines: list[tuple[str, str]]
    months: str
    credit: str
    rates_changed: bool

    @classmethod
    def of(cls, estimate: Estimate, today: date) -> Self:
        made = counted_of(estimate)
        return cls(
            on=date_words(clock.paris(estimate.at).date()),
            bands=[band(sure, made) for sure in SURE],
            lines=[(str(SERVICES[each.kind]), left_words(each)) for each in made.lines],
            months=months_words(situation_of(estimate).months),
            credit=credit_words(made.episode),
            rates_changed=rates_changed(estimate, today),
        )


def costs_of(patient_id: UUID, now: datetime) -> list[CostsOfHers]:
    """What was shown to her and still stands."""
    today = clock.paris(now).date()
    return [CostsOfHers.of(each, today) for each in queries.shown_to(patient_id)]
