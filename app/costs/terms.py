"""What an estimate is reckoned from, and what comes of it. Plain values."""

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from app.costs.rules import ZERO


class ServiceKind(StrEnum):
    """What is paid for. A quantity is of a month, but of hospital days and transports, which are of the episode."""

    HOME_HELP = "home-help"
    MEALS = "meals"
    ALARM = "alarm"
    NURSING = "nursing"
    PHYSIOTHERAPY = "physiotherapy"
    MEDICINES = "medicines"
    BED = "bed"
    TRANSPORT = "transport"
    HOSPITAL = "hospital"
    LODGING = "lodging"
    DEPENDENCE = "dependence"


IN_A_PLAN = frozenset({ServiceKind.HOME_HELP, ServiceKind.MEALS, ServiceKind.ALARM})
ONCE = frozenset({ServiceKind.TRANSPORT, ServiceKind.HOSPITAL})
PRICED_BY_LAW = frozenset({ServiceKind.BED, ServiceKind.HOSPITAL, ServiceKind.MEDICINES})
"""Nobody types their price: the rates have it (of a box of medicines, only what stays hers is counted)."""
OF_CARE = frozenset({ServiceKind.NURSING, ServiceKind.PHYSIOTHERAPY, ServiceKind.BED, ServiceKind.TRANSPORT})
WITH_PART = frozenset({ServiceKind.MEALS, ServiceKind.DEPENDENCE})
CREDITED = frozenset({ServiceKind.HOME_HELP, ServiceKind.MEALS, ServiceKind.ALARM})


class Payer(StrEnum):
    INSURANCE = "insurance"
    COMPLEMENT = "complement"
    APA = "apa"
    FUND = "fund"
    PCH = "pch"
    DEPARTMENT = "department"
    CONTRACT = "contract"


class Certainty(StrEnum):
    """How sure a payer is: it pays by law or has said so; it will, by what was said; it may."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


SURE = tuple(Certainty)


class WantedService(Struct, frozen=True):
    """One service. `price`: of one, in euros; none where the law sets it. `part`: of a meal, what its delivery costs;
    of dependence, the price of GIR 5-6."""

    kind: ServiceKind
    quantity: Decimal
    price: Decimal | None = None
    part: Decimal = ZERO


class FundingSituation(Struct, frozen=True, kw_only=True):
    """What was said of the person for this estimate alone.

    `decided`: the department's team said the GIR, and it is no estimation. `resources`: of the household, a month.
    `complement`: none, mutual, c2s. `regime`: general, msa, other. `before_60`: her difficulties began before 60.
    `leaving`: she is in hospital. `tariff`: what the department reckons an hour of help with. `granted`: which of the
    payers that exclude each other has said yes, `granted_amount` a month if that is known. `fund_part`: her part, as
    the retirement fund wrote it (0 to 1). `months`: of the episode.
    """

    age: int
    gir: int | None = None
    decided: bool = False
    couple: bool = False
    resources: Decimal | None = None
    ald: bool = False
    complement: str = "none"
    regime: str = "general"
    before_60: bool = False
    leaving: bool = False
    urgent: bool = False
    department: str = ""
    tariff: Decimal | None = None
    granted: Payer | None = None
    granted_amount: Decimal | None = None
    fund_part: Decimal | None = None
    months: int = 3


class ContractHelp(Struct, frozen=True):
    """What an assistance contract says, as somebody typed it from the contract: hours of home help in all."""

    hours: Decimal


class PayerShare(Struct, frozen=True):
    """What one payer takes of a line: each month (the first), and of the episode."""

    payer: Payer
    certainty: Certainty
    month: Decimal
    episode: Decimal


class CostLine(Struct, frozen=True):
    """One service. `month`: 0 of what comes once. `to_check`: a rate it needs is not known: nothing of it is in a sum,
    and only its price is shown. `franchise`: the part of what is left that nobody may pay for her; `beyond`: the part
    above the department's tariff. `credit_month`, `credit`: of a month and of the episode; none when not known."""

    kind: ServiceKind
    quantity: Decimal
    price: Decimal | None
    month: Decimal
    episode: Decimal
    shares: tuple[PayerShare, ...]
    to_check: bool
    franchise: Decimal
    beyond: Decimal
    credit_month: Decimal | None
    credit: Decimal | None

    def left(self, certainty: Certainty, *, month: bool) -> Decimal:
        """What is hers when those pay who are at least so sure."""
        counted = SURE[: SURE.index(certainty) + 1]
        paid = (each.month if month else each.episode for each in self.shares if each.certainty in counted)
        return (self.month if month else self.episode) - sum(paid, ZERO)


class CostSums(Struct, frozen=True):
    """What is hers: when only the certain payers pay, when the likely do too, when everybody may. `credit`: given back
    the year after, on what is likely hers; none when it is not known."""

    certain: Decimal
    likely: Decimal
    possible: Decimal
    credit: Decimal | None


class RemarkTone(StrEnum):
    EXCLUDED = "excluded"
    ASK = "ask"
    CHECK = "check"


class FundingRemark(Struct, frozen=True):
    """What is excluded, to be asked for, or to be checked; `why` names its words and source (`words.py`)."""

    tone: RemarkTone
    why: str
    amount: Decimal | None = None


class CountedEstimate(Struct, frozen=True):
    """An estimate as it was reckoned. `at_least`: a line was left out of the sums."""

    lines: tuple[CostLine, ...]
    remarks: tuple[FundingRemark, ...]
    month: CostSums
    episode: CostSums
    at_least: bool
