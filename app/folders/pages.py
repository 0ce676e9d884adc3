"""What other doors show of a folder: the page of its person, and her own space."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.accounts.models import Account
from app.core.ways import way
from app.directory.words import PROFESSIONS
from app.folders import queries
from app.folders.models import FolderMember
from app.folders.rules import FolderPart, FolderState, MemberState, has_several_needs
from app.folders.words import LEVEL_WORDS, MOMENTS_OF_COORDINATION, STATE_WORDS
from app.language.phrases import gettext as _
from app.language.words import date_words
from app.organizations.words import KINDS


@dataclass(frozen=True)
class OnPerson:
    """What a person's page says of her folder: `url`: it, where it is the reader's to open; `who`: who coordinates;
    `proposed`: several kinds of care were asked for one event, and nobody coordinates them."""

    url: str
    who: str
    phone: str
    initials: str
    note: str
    proposed: bool
    may_open_one: bool


def on_person(
    patient_id: UUID,
    account: Account,
    *,
    apart: bool,
    needs: Sequence[tuple[UUID, str, datetime]],
    cares: bool,
    now: datetime,
) -> OnPerson:
    """For who may open her. `needs`: her open requests, as `rules.has_several_needs` takes them; `cares`: does the
    reader work where one may be begun?"""
    known = queries.folders_of(patient_id)
    for folder in known:
        part = queries.part_within(folder, account, apart=apart) if folder.is_running else None
        if part is None:
            continue
        lead = folder.referent
        words = (
            [STATE_WORDS[folder.state]]
            if part is FolderPart.HELPS
            else [
                STATE_WORDS[folder.state],
                LEVEL_WORDS[folder.level],
                _("à revoir le %(on)s", on=date_words(folder.review_on, "d MMMM")),
            ]
        )
        note = " · ".join(str(each) for each in words)
        url = way("folder", folder_id=folder.id)
        who, phone, initials = (lead.name, lead.phone, lead.initials) if lead else ("", "", "")
        return OnPerson(url, who, phone, initials, note, proposed=False, may_open_one=False)
    running = any(each.is_running for each in known)
    objected = any(each.state is FolderState.OBJECTED for each in known)
    several = has_several_needs(needs, now) and not running and not objected
    return OnPerson("", "", "", "", "", proposed=several and cares, may_open_one=cares and not running and not apart)


@dataclass(frozen=True)
class HerTeamMate:
    """One of her team, as she reads it."""

    name: str
    what: str
    phone: str
    initials: str


@dataclass(frozen=True)
class HerFolder:
    """Her folder as she reads it herself: who coordinates, who is in the team, why, and when it is looked at again.
    `asks`: she was told of it, and has not said yes."""

    who: HerTeamMate | None
    team: list[HerTeamMate]
    why: str
    moment: str
    review_on: date
    asks: bool


def folder_for_her(patient_id: UUID) -> HerFolder | None:
    """Once she was told of it: nobody learns in her space that one is being prepared."""
    folder = queries.told_to_her(patient_id)
    if folder is None:
        return None
    there = [each for each in folder.team if each.state is MemberState.ACCEPTED]
    mates = [HerTeamMate(each.name, what_of(each), each.phone, each.initials) for each in there]
    led = next((mate for each, mate in zip(there, mates, strict=True) if each.is_referent), None)
    return HerFolder(
        who=led,
        team=[each for each in mates if each is not led],
        why=folder.why,
        moment=str(MOMENTS_OF_COORDINATION[folder.moment]),
        review_on=folder.review_on,
        asks=folder.agreed_at is None,
    )


def what_of(member: FolderMember) -> str:
    """`infirmière ou infirmier`; of somebody of a place, its name."""
    if member.practitioner:
        return str(PROFESSIONS[member.practitioner.profession][0])
    place = member.organization
    if place is None:
        return ""
    return place.name if member.account_id else str(KINDS.get(place.kind, ""))
