"""What is seen of a person first, on one screen of a phone: what worries, what comes next, who cares. From facts that
her page has read already; each list is as long as the glass has room for, and says how many more there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self
from uuid import UUID

from app import clock
from app.care_requests.rules import State
from app.circles.words import Carer
from app.language.phrases import gettext as _
from app.language.phrases import said
from app.language.words import brief, date_words, near_day, sentence
from app.life.care import Care, worry_about
from app.life.picture import HOURS
from app.life.rules import Worry
from app.life.words import WORRIES, WORRY_SIGNS
from app.passages.queries import PassageFacts
from app.passages.rules import progress_of
from app.passages.words import when_next

WORRYING, COMING, CARING = 2, 2, 2
"""How many of each are seen at 360×740 without scrolling; where nothing worries, its room is for who cares."""


@dataclass(frozen=True)
class Worrying:
    """`what`: what it is about, and who; `url`: empty where it is not the reader's to open."""

    worry: Worry
    words: str
    sign: str
    what: str
    url: str


@dataclass(frozen=True)
class Upcoming:
    when: str
    what: str
    who: str
    url: str


@dataclass(frozen=True)
class WhereNow:
    """Where she is, in words: `hospital`, empty at home; `exit`, `exit_on`: the day on which she is said to leave;
    `url`: where that is said."""

    hospital: str = ""
    exit: str = ""
    exit_on: date | None = None
    url: str = ""


@dataclass(frozen=True)
class Seen:
    """`apart`: who else cares for her is not told, for she keeps the team apart."""

    worrying: list[Worrying]
    more_worrying: int
    coming: list[Upcoming]
    more_coming: int
    caring: list[Carer]
    more_caring: int
    apart: bool

    @classmethod
    def of(
        cls,
        care: Sequence[Care],
        found: Mapping[UUID, Sequence[PassageFacts]],
        addresses: Mapping[UUID, str],
        where: WhereNow,
        carers: Sequence[Carer],
        now: datetime,
        *,
        apart: bool,
        to_mend: int = 0,
        referent: Carer | None = None,
        urgent_notes: str = "",
    ) -> Self:
        """`referent`: who coordinates, where the reader may know; `urgent_notes`: where they are read, if some wait."""
        worrying = what_worries(care, found, addresses, where, now)
        worrying += [_worry(Worry.URGENT_NOTE, url=urgent_notes)] if urgent_notes else []
        worrying += [_worry(Worry.TO_MEND, url="#h-mend-1")] if to_mend else []
        if not (carers or apart or any(each.is_open for each in care)):
            worrying.append(_worry(Worry.NOBODY_NAMED))
        worrying.sort(key=lambda each: list(Worry).index(each.worry))
        coming = what_comes(care, found, addresses, where, now)
        who = [*([referent] if referent else []), *carers]
        who += who_comes(care, who)
        caring = CARING if worrying else CARING + WORRYING
        return cls(
            worrying=worrying[:WORRYING],
            more_worrying=max(len(worrying) - WORRYING, 0),
            coming=coming[:COMING],
            more_coming=max(len(coming) - COMING, 0),
            caring=who[:caring],
            more_caring=max(len(who) - caring, 0),
            apart=apart,
        )


def who_comes(care: Sequence[Care], carers: Sequence[Carer]) -> list[Carer]:
    """Whoever has taken care that goes on, and does not usually care for her."""
    known, found = {each.name for each in carers}, []
    for each in care:
        if each.is_open and each.facts.performer and each.performer not in known:
            known.add(each.performer)
            found.append(Carer(each.performer, said(each.facts.need.care), "", each.facts.performer.initials))
    return found


def what_worries(
    care: Sequence[Care],
    found: Mapping[UUID, Sequence[PassageFacts]],
    addresses: Mapping[UUID, str],
    where: WhereNow,
    now: datetime,
) -> list[Worrying]:
    """Of her care, and where she is."""
    told = []
    if where.hospital:
        told.append(Worrying(Worry.HOSPITAL, where.hospital, WORRY_SIGNS[Worry.HOSPITAL], where.exit, where.url))
    for each in care:
        worry = worry_about(each, found.get(each.facts.id, ()), now)
        if worry:
            what = ", ".join(filter(None, (said(each.facts.need.care), each.performer)))
            told.append(_worry(worry, what, addresses.get(each.facts.id, "")))
    return told


def _worry(worry: Worry, what: str = "", url: str = "") -> Worrying:
    return Worrying(worry, str(WORRIES[worry]), WORRY_SIGNS.get(worry, "triangle-alert"), what, url)


def what_comes(
    care: Sequence[Care],
    found: Mapping[UUID, Sequence[PassageFacts]],
    addresses: Mapping[UUID, str],
    where: WhereNow,
    now: datetime,
) -> list[Upcoming]:
    """What has a day, the soonest first: visits that stand, the next passage of each plan, the day of leaving."""
    today = clock.paris(now).date()
    told: list[tuple[date, int, Upcoming]] = []
    for each in care:
        facts, url = each.facts, addresses.get(each.facts.id, "")
        if not each.is_open or facts.stay_id:
            continue
        what, following = said(facts.need.care), progress_of(found.get(facts.id, ()), None, today).next
        if following:
            words = sentence(when_next(following, now))
            told.append((following.day, HOURS[following.moment], Upcoming(words, what, each.performer, url)))
        elif each.starts_at and facts.state in (State.SCHEDULED, State.STARTED):
            local = clock.paris(each.starts_at)
            if local.date() >= today:
                words = sentence(brief(each.starts_at, now))
                told.append((local.date(), local.hour, Upcoming(words, what, each.performer, url)))
    if where.exit_on and where.exit_on >= today:
        words = near_day((where.exit_on - today).days) or date_words(where.exit_on, "EEEE d MMMM")
        told.append((where.exit_on, 0, Upcoming(sentence(words), _("Sortie prévue"), "", where.url)))
    return [coming for _day, _hour, coming in sorted(told, key=lambda each: each[:2])]
