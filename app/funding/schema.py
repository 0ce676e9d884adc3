"""What a rates file holds. The types say it all; `library.py` checks a file against them, to the last key."""

from datetime import date
from decimal import Decimal

from app.pathways.schema import Part, Slug, Text


class Figure(Part, frozen=True):
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

    mtp: Figure | None = None
    gir1: Figure | None = None
    gir2: Figure | None = None
    gir3: Figure | None = None
    gir4: Figure | None = None
    low: Figure | None = None
    high: Figure | None = None
    first: Figure | None = None
    second: Figure | None = None
    most: Figure | None = None
    minimum_wage: Figure | None = None
    least_paid: Figure | None = None
    urgent: Figure | None = None
    respite: Figure | None = None
    carer_away: Figure | None = None
    hospital_days: Figure | None = None


class NursingHomeRates(Part, frozen=True):
    """The allowance in a nursing home. `low`, `high`: how often the MTP; `most`: of what is above the price of GIR 5-6;
    `keeps`: the part of her resources that stays hers."""

    low: Figure | None = None
    high: Figure | None = None
    most: Figure | None = None
    keeps: Figure | None = None


class InsuranceRates(Part, frozen=True):
    """Which part of its own tariff the Assurance Maladie pays."""

    nursing: Figure | None = None
    physiotherapy: Figure | None = None
    transport: Figure | None = None
    bed: Figure | None = None


class FranchiseRates(Part, frozen=True):
    """What stays hers of each box, act and transport, and the most of a year. The most of a day (4 acts, 8 transports)
    is above the most of a year within a month, and so never asked."""

    box: Figure | None = None
    act: Figure | None = None
    transport: Figure | None = None
    year: Figure | None = None


class FundRates(Part, frozen=True):
    """Help after hospital of the retirement funds, and at home. `months`, `year`: of ARDH, the person's part included;
    `least`, `most`: her part of it, by resources; `hours`: of OSCAR, a year."""

    months: Figure | None = None
    year: Figure | None = None
    least: Figure | None = None
    most: Figure | None = None
    hours: Figure | None = None


class DepartmentRates(Part, frozen=True):
    """Under which resources a month the department's home help may be asked for."""

    alone: Figure | None = None
    couple: Figure | None = None


class HealthCoverRates(Part, frozen=True):
    """Under which resources a year the complémentaire santé solidaire is free, or asks a share."""

    free_alone: Figure | None = None
    share_alone: Figure | None = None
    free_couple: Figure | None = None
    share_couple: Figure | None = None


class CreditRates(Part, frozen=True):
    """The tax credit: its part of what is left after every aid, and the most of a year that counts."""

    part: Figure | None = None
    base: Figure | None = None
    over_65: Figure | None = None
    most: Figure | None = None


class PriceRates(Part, frozen=True):
    """Prices that the law sets. `home_help`: the least of an hour that APA and PCH reckon with; `pch`: of PCH."""

    home_help: Figure | None = None
    pch: Figure | None = None
    hospital: Figure | None = None
    bed: Figure | None = None


class Tariff(Part, frozen=True):
    """A price shown beside the field in which one is typed; it counts for nothing by itself."""

    kind: Slug
    label: Text
    figure: Figure


class Rates(Part, frozen=True):
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
