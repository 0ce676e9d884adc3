"""What a rates file holds. The types say it all; `library.py` checks a file against them, to the last key."""

from datetime import date
from decimal import Decimal

from app.pathways.schema import Part, Slug, Text


class RateFigure(Part, frozen=True):
    """One number of the law: euros, a part of one, a number of days, or how often another figure is taken.

    `until`: its last day; none: the file's own. A figure that nobody found is not in the file, and what needs it is
    « à vérifier »."""

    value: Decimal
    since: date
    source: Text
    until: date | None = None


class ApaRates(Part, frozen=True):
    """The allowance at home and in hospital (CASF R232-10, R232-11). `gir1`…`gir4`: the most that a plan may be worth a
    month. `low`, `high`, `first`, `second`, `respite`, `carer_away`: how often `mtp` is taken; `least_paid`: how often
    the gross minimum wage of an hour."""

    mtp: RateFigure | None = None
    gir1: RateFigure | None = None
    gir2: RateFigure | None = None
    gir3: RateFigure | None = None
    gir4: RateFigure | None = None
    low: RateFigure | None = None
    high: RateFigure | None = None
    first: RateFigure | None = None
    second: RateFigure | None = None
    most: RateFigure | None = None
    minimum_wage: RateFigure | None = None
    least_paid: RateFigure | None = None
    urgent: RateFigure | None = None
    respite: RateFigure | None = None
    carer_away: RateFigure | None = None
    hospital_days: RateFigure | None = None


class NursingHomeRates(Part, frozen=True):
    """The allowance in a nursing home. `low`, `high`: how often the MTP; `most`: of what is above the price of GIR 5-6;
    `keeps`: the part of her resources that stays hers."""

    low: RateFigure | None = None
    high: RateFigure | None = None
    most: RateFigure | None = None
    keeps: RateFigure | None = None


class InsuranceRates(Part, frozen=True):
    """Which part of its own tariff the Assurance Maladie pays."""

    nursing: RateFigure | None = None
    physiotherapy: RateFigure | None = None
    transport: RateFigure | None = None
    bed: RateFigure | None = None


class FranchiseRates(Part, frozen=True):
    """What stays hers of each box, act and transport, and the most of a year. The most of a day (4 acts, 8 transports)
    is above the most of a year within a month, and so never asked."""

    box: RateFigure | None = None
    act: RateFigure | None = None
    transport: RateFigure | None = None
    year: RateFigure | None = None


class FundRates(Part, frozen=True):
    """Help after hospital of the retirement funds, and at home. `months`, `year`: of ARDH, the person's part included;
    `most`: her part of it, when her resources are the highest; `hours`: of OSCAR, a year."""

    months: RateFigure | None = None
    year: RateFigure | None = None
    most: RateFigure | None = None
    hours: RateFigure | None = None


class DepartmentRates(Part, frozen=True):
    """Under which resources a month the department's home help may be asked for."""

    alone: RateFigure | None = None
    couple: RateFigure | None = None


class HealthCoverRates(Part, frozen=True):
    """Under which resources a year the complémentaire santé solidaire is free, or asks a share."""

    free_alone: RateFigure | None = None
    share_alone: RateFigure | None = None
    free_couple: RateFigure | None = None
    share_couple: RateFigure | None = None


class CreditRates(Part, frozen=True):
    """The tax credit: its part of what is left after every aid, and the most of a year that counts."""

    part: RateFigure | None = None
    base: RateFigure | None = None
    over_65: RateFigure | None = None
    most: RateFigure | None = None


class PriceRates(Part, frozen=True):
    """Prices that the law sets. `home_help`: the least of an hour that APA and PCH reckon with; `pch`: of PCH."""

    home_help: RateFigure | None = None
    pch: RateFigure | None = None
    hospital: RateFigure | None = None
    bed: RateFigure | None = None


class Tariff(Part, frozen=True):
    """A price shown beside the field in which one is typed; it counts for nothing by itself."""

    kind: Slug
    label: Text
    figure: RateFigure


class DatedRates(Part, frozen=True):
    """The figures of a year, or of the part of one that began with `since`. `until`: the last day on which a figure
    without one of its own may be believed."""

    slug: Slug
    since: date
    until: date
    apa: ApaRates
    nursing_home: NursingHomeRates
    insurance: InsuranceRates
    franchise: FranchiseRates
    fund: FundRates
    department: DepartmentRates
    health_cover: HealthCoverRates
    credit: CreditRates
    price: PriceRates
    tariffs: tuple[Tariff, ...] = ()
