"""What happened in the invented territory until now: a few dozen requests, from four days ago to a minute ago.

`opened` is either minutes before now, or (days before today, "hour:minute" in Paris). Whatever was to happen after
now has not happened yet: this is how some are still searching.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from app.core.clock import PARIS, paris
from app.demo.plot import Plot

CARE, DOCTOR = "home-care", "ed-reorientation"
REGISTRATION, RETURN, HOME, BED = "maternity-registration", "maternity-return-home", "discharge-home", "bed-request"


@dataclass(frozen=True)
class Line:
    """One request, in the words of `Plot`."""

    opened: int | tuple[int, str]
    by: str
    patient: str
    pathway: str
    reason: str
    window: str
    more: Mapping[str, Any]


def line(
    opened: int | tuple[int, str], by: str, patient: str, pathway: str, reason: str, window: str, **more: Any
) -> Line:
    return Line(opened, by, patient, pathway, reason, window, more)


def plot(line: Line, patient_id: UUID, organization_id: UUID, now: datetime) -> Plot:
    return Plot(
        opens_at=_instant(line.opened, now),
        by=line.by,
        patient_id=patient_id,
        organization_id=organization_id,
        pathway=line.pathway,
        reason=line.reason,
        window=line.window,
        **line.more,
    )


def _instant(opened: int | tuple[int, str], now: datetime) -> datetime:
    if isinstance(opened, int):
        return now - timedelta(minutes=opened)
    day = (paris(now) - timedelta(days=opened[0])).date()
    return datetime.combine(day, time.fromisoformat(opened[1]), PARIS).astimezone(now.tzinfo)


ED, COLLEAGUE, WARD, SURGERY = "orientation-nurse", "karim.ziani", "ward", "jules.pereira"
MATERNITY, CASE = "maternity", "case-manager"
NOBODY: dict[str, Any] = {"taker": None, "refusing": 0.15}
EVERYBODY_REFUSES: dict[str, Any] = {"taker": None, "refusing": 1.0}
ONGOING: dict[str, Any] = {"finishes": False}  # care of several days
UNPLANNED: dict[str, Any] = {"proposes_after": None}

LINES = (
    # Still searching.
    line(
        11,
        WARD,
        "antonio",
        CARE,
        "dressing",
        "tomorrow-morning",
        taker=None,
        refusing=0.45,
        note="Pansement de jambe, tous les deux jours pendant trois semaines.",
    ),
    line(7, WARD, "josiane", CARE, "injection", "tomorrow", **NOBODY, note="Une injection par jour, dix jours."),
    line(3, SURGERY, "farida", CARE, "infusion", "two-days", **NOBODY, note="Matériel livré ce soir."),
    line(14, WARD, "moussa", CARE, "blood-test", "tomorrow-morning", **NOBODY, note="À jeun."),
    line(4, ED, "samia", DOCTOR, "urinary", "today", **NOBODY),
    line(
        5,
        COLLEAGUE,
        "myriam",
        DOCTOR,
        "skin",
        "thirty-six-hours",
        decider="senior-doctor",
        answers={"alarm": "no", "vitals": "normal", "autonomy": "helped"},
    ),
    line(8, ED, "kevin", DOCTOR, "throat", "thirty-six-hours", taker=None, refusing=0.5),
    line(6, COLLEAGUE, "thi-lan", DOCTOR, "back-pain", "tomorrow", **NOBODY, note="Vient en voiture."),
    line(
        40,
        "midwife",
        "amina",
        REGISTRATION,
        "registration",
        "month",
        taker=None,
        chosen="maternity-unit",
        answers={"due-date": "2027-05-14", "first": "yes"},
    ),
    line(9, WARD, "robert", BED, "rehabilitation", "tomorrow", **NOBODY, answers={"duration": "week"}),
    # Nobody could: in the coordinator's hands.
    line(130, ED, "gerard", DOCTOR, "fever", "thirty-six-hours", **EVERYBODY_REFUSES, note="Vit seul."),
    line(
        75,
        ED,
        "odette",
        CARE,
        "catheter",
        "two-days",
        **EVERYBODY_REFUSES,
        note="Maison isolée, chien attaché.",
    ),
    # Taken today.
    line(35, ED, "rene", CARE, "dressing", "tomorrow", taker="nurse-2", takes_after=9, **UNPLANNED),
    line(
        50,
        WARD,
        "paulette",
        CARE,
        "medication",
        "tomorrow-morning",
        taker="nurse",
        takes_after=6,
        **UNPLANNED,
        note="Pilulier à préparer pour la semaine.",
    ),
    line(28, COLLEAGUE, "lucas", DOCTOR, "fever", "at-once", taker="olivier.tran", takes_after=5, **UNPLANNED),
    line(95, ED, "ibrahim", CARE, "injection", "two-days", taker="nurse", takes_after=4, slot=3),
    line(45, ED, "rene", DOCTOR, "renewal", "thirty-six-hours", taker="doctor", takes_after=5, slot=1),
    line(110, SURGERY, "louise", CARE, "dressing", "tomorrow", takes_after=11, slot=3),
    line(60, MATERNITY, "mariam", CARE, "injection", "two-days", taker="nurse-3", takes_after=7, slot=3),
    line(85, ED, "dylan", DOCTOR, "skin", "thirty-six-hours", taker="anne.dupuis", takes_after=6, slot=3),
    line(
        100,
        COLLEAGUE,
        "myriam",
        DOCTOR,
        "back-pain",
        "thirty-six-hours",
        taker="gilles.marchetti",
        slot=3,
        takes_after=9,
        declines=True,
    ),
    line(
        80,
        ED,
        "jeanne",
        DOCTOR,
        "skin",
        "thirty-six-hours",
        taker=None,
        cancelled_after=12,
        cancelled_why="La patiente préfère voir son médecin.",
    ),
    line(150, WARD, "yvonne", CARE, "medication", "two-days", takes_after=14, slot=3),
    line(
        70,
        MATERNITY,
        "laetitia",
        RETURN,
        "first-visit",
        "two-days",
        taker="midwife",
        takes_after=12,
        slot=2,
        answers={"birth": "vaginal", "feeding": "breast"},
    ),
    line(65, WARD, "ginette", HOME, "nurse", "tomorrow", taker="nurse-8", takes_after=8, slot=2, days=10),
    # Yesterday.
    line((1, "09:40"), WARD, "robert", CARE, "infusion", "today", takes_after=8, **ONGOING),
    line((1, "14:10"), WARD, "antonio", CARE, "medication", "today", taker="nurse", takes_after=3, **ONGOING),
    line((1, "08:25"), ED, "colette", DOCTOR, "throat", "today", takes_after=6),
    line((1, "10:05"), ED, "kevin", DOCTOR, "fever", "today", takes_after=4),
    line((1, "11:50"), COLLEAGUE, "samia", DOCTOR, "renewal", "today", taker="doctor", takes_after=7),
    line((1, "13:15"), SURGERY, "stephane", CARE, "dressing", "today", takes_after=12),
    line((1, "15:35"), MATERNITY, "celine", CARE, "injection", "today", takes_after=9),
    line((1, "16:20"), ED, "amadou", CARE, "blood-test", "today", taker="nurse", takes_after=5),
    line(
        (1, "17:45"),
        ED,
        "thi-lan",
        DOCTOR,
        "skin",
        "today",
        taker=None,
        cancelled_after=9,
        cancelled_why="Transférée dans un service.",
    ),
    # The days before.
    line((2, "09:10"), SURGERY, "marcel", CARE, "dressing", "today", taker="nurse-4", takes_after=10, **ONGOING),
    line((2, "10:30"), ED, "dylan", DOCTOR, "throat", "today", takes_after=5),
    line((2, "11:20"), WARD, "ginette", CARE, "blood-test", "today", takes_after=16),
    line((2, "14:45"), CASE, "denise", CARE, "medication", "today", takes_after=13),
    line((2, "16:05"), ED, "lucas", DOCTOR, "skin", "today", takes_after=8),
    line((3, "09:30"), ED, "gerard", DOCTOR, "renewal", "today", takes_after=6),
    line((3, "10:15"), WARD, "daniel", CARE, "injection", "today", takes_after=10),
    line((3, "13:40"), MATERNITY, "laetitia", CARE, "injection", "today", taker="nurse-5", takes_after=7),
    line((3, "15:00"), ED, "ibrahim", DOCTOR, "back-pain", "today", taker="doctor-2", takes_after=9),
    line(
        (3, "16:30"),
        SURGERY,
        "nora",
        CARE,
        "dressing",
        "today",
        taker=None,
        cancelled_after=22,
        cancelled_why="Sortie reportée.",
    ),
    line((4, "09:55"), ED, "myriam", DOCTOR, "urinary", "today", takes_after=4),
    line((4, "14:20"), WARD, "josiane", CARE, "blood-test", "today", taker="nurse", takes_after=3),
    line((4, "15:50"), CASE, "denise", CARE, "dressing", "today", takes_after=15),
)
