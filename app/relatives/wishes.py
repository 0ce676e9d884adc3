"""What a person agreed to and what she refuses, in words, as a professional and she herself read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app.accounts.models import Account
from app.audit.models import AuditEvent
from app.consents.agreements import CIRCLE, FOLDER, REFUSED, RELATIVE, SHARING, consents_of
from app.consents.models import Consent, Objection, Refusing
from app.consents.objections import Whom, objections_of
from app.core.db import db
from app.core.forms import uuid_or_none
from app.directory.models import Practitioner
from app.language.phrases import gettext as _
from app.language.phrases import later
from app.language.words import date_of
from app.organizations.queries import names_of
from app.patients.queries import relations_of
from app.relatives.models import RelatedPerson
from app.relatives.words import DECIDES

A_YEAR = timedelta(days=365)

SCOPES = {
    SHARING: later("Ses demandes de soins sont proposées à des professionnels"),
    CIRCLE: later("Un soignant habituel est noté, et trouve son dossier"),
    FOLDER: later("L'équipe de son dossier de coordination le partage"),
    RELATIVE: later("Un proche lit ce qui lui est permis"),
}
AFTER = {
    SHARING: later("Plus personne n'est sollicité : les recherches en cours s'arrêtent. Qui a dit oui vient encore."),
    CIRCLE: later("Ce soignant ne trouve plus le dossier, et n'est plus prévenu en premier."),
    FOLDER: later("Le dossier de coordination se ferme aux autres. Les soins, eux, continuent."),
    RELATIVE: later("Le lien de ce proche n'ouvre plus rien."),
}
"""What withdrawing does at once."""

HOW = {
    "spoken": later("de vive voix"),
    "paper": later("sur papier signé"),
    "herself": later("par la personne, dans son espace"),
}

REFUSALS = {
    Refusing.SOMEBODY: later("Cette personne ne voit plus rien. Si elle devait venir, quelqu'un d'autre est cherché."),
    Refusing.PLACE: later(
        "Personne de ce lieu ne trouve ni n'ouvre plus ce dossier. Une demande que ce lieu suit encore reste à lui "
        "jusqu'à sa fin."
    ),
    Refusing.ALL_BUT_CIRCLE: later(
        "Seuls les soignants habituels ouvrent ce dossier. Ailleurs, à l'hôpital par exemple, il faudra tout redire."
    ),
    Refusing.TEAM: later(
        "Chacun ne voit que ce qu'il fait. Il faudra redire à chacun ce que les autres savent, et un soin peut être "
        "demandé deux fois."
    ),
    Refusing.NEW_USE: later(
        "Le dossier est gelé : il se lit, et aucune nouvelle demande n'en part, jusqu'à ce que ce refus soit levé."
    ),
}
"""What each refusal does at once, and what it costs."""

GENERAL = {
    Refusing.ALL_BUT_CIRCLE: later("Tout le monde, sauf les soignants habituels"),
    Refusing.TEAM: later("Le partage au sein de l'équipe de soins"),
    Refusing.NEW_USE: later("Tout nouvel usage de ce dossier, le temps de corriger une erreur"),
}


@dataclass(frozen=True)
class Agreement:
    """`lasts`: may be withdrawn; `told`: how, when, by whom it was decided and written down, and its end."""

    id: UUID
    what: str
    told: str
    after: str
    lasts: bool


@dataclass(frozen=True)
class Refusal:
    id: UUID
    whom: str
    what: str
    since: str


@dataclass(frozen=True)
class Choice:
    """Somebody who could be refused: `value` as a form sends it, `read_whom` reads it."""

    value: str
    label: str
    what: str


@dataclass(frozen=True)
class HerWishes:
    """Everything of this page."""

    agreements: list[Agreement]
    refusals: list[Refusal]
    choices: list[Choice]

    @classmethod
    def of(cls, patient_id: UUID, now: datetime) -> "HerWishes":
        kept, refused = consents_of(patient_id), objections_of(patient_id)
        names = _names_of({each.about_id for each in kept if each.about_id})
        return cls(
            agreements=[_agreement(each, names) for each in _one_each(kept)],
            refusals=[_refusal(each) for each in refused],
            choices=choices(patient_id, refused, now),
        )


def _one_each(kept: Sequence[Consent]) -> list[Consent]:
    """An agreement that was given again for every request is read once, as it was given last."""
    seen: dict[tuple[object, ...], Consent] = {}
    for each in kept:
        seen.setdefault((each.scope, each.about_id, each.given_how == REFUSED, each.withdrawn_at), each)
    return list(seen.values())


def _names_of(ids: set[UUID]) -> dict[UUID, str]:
    usual = db.session.scalars(select(Practitioner).where(Practitioner.id.in_(ids))).all() if ids else ()
    near = db.session.scalars(select(RelatedPerson).where(RelatedPerson.id.in_(ids))).all() if ids else ()
    return {**names_of(ids), **{each.id: each.name for each in usual}, **{each.id: each.name for each in near}}


def _agreement(consent: Consent, names: Mapping[UUID, str]) -> Agreement:
    whom = names.get(consent.about_id, "") if consent.about_id else ""
    what = str(SCOPES.get(consent.scope, consent.scope))
    lasts = consent.given_how != REFUSED and consent.withdrawn_at is None
    return Agreement(
        id=consent.id,
        what=_("%(name)s : %(why)s", name=what, why=whom) if whom else what,
        told=_told(consent),
        after=str(AFTER.get(consent.scope, "")),
        lasts=lasts,
    )


def _told(consent: Consent) -> str:
    parts = []
    if consent.given_how == REFUSED:
        parts.append(_("refusé le %(date)s", date=date_of(consent.at)))
    else:
        parts.append(_("donné le %(date)s, %(how)s", date=date_of(consent.at), how=HOW[consent.given_how]))
    if consent.decided_name:
        parts.append(_("décidé par %(name)s, %(as)s", **{"name": consent.decided_name, "as": _decider(consent)}))
    if consent.author:
        parts.append(_("noté par %(name)s", name=consent.author.name))
    if consent.withdrawn_at:
        how = HOW.get(consent.withdrawn_how or "", "")
        parts.append(_("retiré le %(date)s, %(how)s", date=date_of(consent.withdrawn_at), how=how))
    return ", ".join(parts)


def _decider(consent: Consent) -> str:
    return str(DECIDES.get(consent.decided_by, consent.decided_by))


def _refusal(objection: Objection) -> Refusal:
    who = objection.organization or objection.practitioner or objection.account
    whom = who.name if who else str(GENERAL[objection.refused])
    return Refusal(objection.id, whom, str(REFUSALS[objection.refused]), date_of(objection.since))


def choices(patient_id: UUID, refused: Sequence[Objection], now: datetime) -> list[Choice]:
    """Who may open her now, who looked within a year, and the two general ones; but for those she refuses already."""
    places, people = {}, {}
    for relation in relations_of(patient_id, now):
        if relation.organization:
            places[f"place {relation.organization.id}"] = relation.organization.name
        elif relation.practitioner:
            people[f"practitioner {relation.practitioner.id}"] = relation.practitioner.name
    known = set(people.values())
    looked = {f"account {one.id}": one.name for one in _readers(patient_id, now) if one.name not in known}
    general = {refusing.value: str(words) for refusing, words in GENERAL.items()}
    gone = {_value(each) for each in refused} | {f"account {each.account_id}" for each in refused if each.account_id}
    kinds = (
        (people | looked, Refusing.SOMEBODY),
        (places, Refusing.PLACE),
        ({"all-but-circle": general["all-but-circle"]}, Refusing.ALL_BUT_CIRCLE),
        ({"team": general["team"]}, Refusing.TEAM),
        ({"new-use": general["new-use"]}, Refusing.NEW_USE),
    )
    return [
        Choice(value, label, str(REFUSALS[refusing]))
        for found, refusing in kinds
        for value, label in found.items()
        if value not in gone
    ]


def _value(objection: Objection) -> str:
    if objection.refused is Refusing.PLACE:
        return f"place {objection.organization_id}"
    if objection.refused is Refusing.SOMEBODY:
        return f"practitioner {objection.practitioner_id}" if objection.practitioner_id else ""
    return objection.refused.value


def _readers(patient_id: UUID, now: datetime) -> Sequence[Account]:
    lines = select(AuditEvent.actor_id).where(
        AuditEvent.patient_id == patient_id, AuditEvent.at > now - A_YEAR, AuditEvent.event == "patient.read"
    )
    known = select(Account).where(Account.id.in_(lines)).order_by(Account.family_name, Account.id)
    return db.session.scalars(known.limit(50)).all()


def read_whom(text: str, offered: Sequence[Choice]) -> Whom | None:
    """None for what was not offered: nobody refuses for her somebody of whom the page says nothing."""
    if text not in {each.value for each in offered}:
        return None
    kind, _space, rest = text.partition(" ")
    found = uuid_or_none(rest)
    if kind == "place":
        return Whom(Refusing.PLACE, organization_id=found)
    if kind == "practitioner":
        return Whom(Refusing.SOMEBODY, practitioner_id=found)
    if kind == "account":
        return Whom(Refusing.SOMEBODY, account_id=found)
    return Whom(Refusing(text))
