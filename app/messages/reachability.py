"""Whether a person can be reached, and what a test says of one device. Pure: facts in, words out."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.language.phrases import decimal, later
from app.language.phrases import gettext as _
from app.language.typography import NO_BREAK
from app.push.rules import CHECK_EVERY

FRESH = CHECK_EVERY + timedelta(days=5)
"""How long a proof holds: the check of the month has had its chance to renew it."""

TO_ANSWER = timedelta(minutes=10)
"""A phone that sleeps, or is in a lift, is not out of reach yet."""

MANY = 3
"""So many alerts in a row without a sign: the next one will not arrive either."""

TEST_LIFE = timedelta(minutes=2)
"""A test that would ring later than this would only puzzle its person."""

TEST_PATIENCE = timedelta(seconds=30)
"""When the person who looks at her phone is told that it did not ring."""

OPENS_AT, CLOSES_AT = 9, 18
"""Hours of Paris between which a check may ring: never on a night's sleep or after a night's work."""


class Reachability(enum.StrEnum):
    REACHABLE = "reachable"
    DOUBTFUL = "doubtful"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class DeviceFacts:
    """Of one device: when it last proved that it receives, and how many alerts it has left unconfirmed since."""

    created_at: datetime
    last_proof: datetime | None
    silent: int


@dataclass(frozen=True)
class Judgement:
    """`reason` and `remedy` are said to the person herself, `to_others` to whoever watches over the territory; there is
    nothing to test without a `device`."""

    reach: Reachability
    reason: str
    remedy: str = ""
    to_others: str = ""
    device: bool = True


NO_DEVICE = Judgement(
    Reachability.UNREACHABLE,
    later("Aucun téléphone n'est inscrit aux alertes."),
    later("Ouvrez Relais sur votre téléphone et activez les alertes."),
    later("aucun téléphone inscrit"),
    device=False,
)
LOST_DEVICE = Judgement(
    Reachability.UNREACHABLE,
    later("Votre téléphone ne reçoit plus d'alertes : il s'est désinscrit."),
    later("Ouvrez Relais sur ce téléphone et réactivez les alertes."),
    later("téléphone désinscrit"),
    device=False,
)
SILENT_DEVICE = Judgement(
    Reachability.UNREACHABLE,
    later("Votre téléphone n'a confirmé aucune des dernières alertes."),
    later("Envoyez un essai. S'il n'arrive pas, retirez Relais de l'économie d'énergie, puis réactivez les alertes."),
    later("alertes sans réponse du téléphone"),
)
MISSED_ONE = Judgement(
    Reachability.DOUBTFUL,
    later("Votre téléphone n'a pas confirmé la dernière alerte."),
    later("S'il était allumé, envoyez un essai."),
    later("dernière alerte non confirmée"),
)
NEVER_PROVEN = Judgement(
    Reachability.DOUBTFUL,
    later("Aucune alerte n'est encore arrivée sur ce téléphone."),
    later("Envoyez un essai pour en être sûr."),
    later("jamais vérifié"),
)
OLD_PROOF = Judgement(
    Reachability.DOUBTFUL,
    later("Votre téléphone n'a rien confirmé depuis plus d'un mois."),
    later("Envoyez un essai pour en être sûr."),
    later("rien de confirmé depuis plus d'un mois"),
)
FINE = Judgement(Reachability.REACHABLE, later("Vous êtes joignable."))


def judge_device(device: DeviceFacts, now: datetime) -> Judgement:
    if device.silent >= MANY:
        return SILENT_DEVICE
    if device.silent:
        return MISSED_ONE
    if device.last_proof is None:
        return NEVER_PROVEN
    return FINE if now - device.last_proof <= FRESH else OLD_PROOF


def judge(devices: Sequence[DeviceFacts], *, lost: bool, now: datetime) -> Judgement:
    """A person is reached by the best of her devices. `lost`: one was there, and its push service said goodbye."""
    if not devices:
        return LOST_DEVICE if lost else NO_DEVICE
    ranks = list(Reachability)
    return min((judge_device(one, now) for one in devices), key=lambda found: ranks.index(found.reach))


class Sign(enum.StrEnum):
    """What a test shows of one device."""

    WAITING = "waiting"
    ARRIVED = "arrived"
    FAILED = "failed"


@dataclass(frozen=True)
class TestResult:
    """`words` are said beside the device."""

    sign: Sign
    words: str


def test_outcome(
    state: str, status: int | None, *, started_at: datetime, received_at: datetime | None, now: datetime
) -> TestResult:
    """Where the test of one device stands. `state` is its message's, `status` the push service's last answer."""
    if received_at is not None:
        return TestResult(Sign.ARRIVED, _("reçu en %(length)s", length=seconds(received_at - started_at)))
    if state == "failed":
        return TestResult(Sign.FAILED, REFUSED if status in (404, 410) else UNKNOWN_TROUBLE)
    patient = now - started_at < TEST_PATIENCE
    if state == "sent":
        return (
            TestResult(Sign.WAITING, _("envoyé, le téléphone doit sonner"))
            if patient
            else TestResult(Sign.FAILED, ASLEEP)
        )
    if patient:
        return TestResult(Sign.WAITING, _("l'essai part"))
    return TestResult(Sign.FAILED, SERVICE_AWAY)


REFUSED = later("ce téléphone ne reçoit plus d'alertes : réactivez-les")
ASLEEP = later("envoyé, mais le téléphone n'a pas répondu : mode économie d'énergie ?")
SERVICE_AWAY = later("le service d'alertes de ce téléphone ne répond pas : réessayez dans quelques minutes")
UNKNOWN_TROUBLE = later("le service d'alertes a refusé l'essai : prévenez qui s'occupe de Relais chez vous")


def seconds(length: timedelta) -> str:
    """`1,2 s`"""
    return f"{decimal(max(0.0, length.total_seconds()), '.1f')}{NO_BREAK}s"


def check_ends_at(now: datetime, zone: ZoneInfo) -> datetime | None:
    """Until when a check sent now may ring; None at an hour when none is sent."""
    local = now.astimezone(zone)
    if not OPENS_AT <= local.hour < CLOSES_AT:
        return None
    return local.replace(hour=CLOSES_AT, minute=0, second=0, microsecond=0)


def checks_begin_at(now: datetime, zone: ZoneInfo) -> datetime | None:
    """Since when, today, checks are sent; None at an hour when none is."""
    if check_ends_at(now, zone) is None:
        return None
    return now.astimezone(zone).replace(hour=OPENS_AT, minute=0, second=0, microsecond=0)
