"""The evening before a visit, its patient is reminded: an SMS, or a mail where she would rather have one, that says
when and repeats the two words of her card, in the language that she reads."""

from datetime import datetime
from uuid import UUID

from flask import current_app
from sqlalchemy import func, select

from app.appointments.actions import link_token_for
from app.appointments.models import Appointment, PatientLink, PatientSpace
from app.appointments.spaces import space_of
from app.care_requests.models import State
from app.core.db import db
from app.jobs.setbacks import one_by_one
from app.jobs.timers import Due
from app.language.phrases import gettext as _
from app.language.phrases import language, later, speaking
from app.language.words import moment
from app.letters import actions as letters
from app.letters.kinds import Words
from app.letters.models import Letter
from app.letters.rules import Medium, is_mobile
from app.patients.models import Patient

KIND = "visit-reminder"
SMS = later("Rappel : votre rendez-vous est %(when)s. Vos deux mots : %(words)s. Répondre : %(link)s")
MAIL = later("""\
Bonjour,

Votre rendez-vous est %(when)s.
Vos deux mots : %(words)s. C'est à cela que vous reconnaissez nos messages.

Répondre, ou voir ce qui a changé : %(link)s
""")


def remind_due(now: datetime) -> int:
    """Owe each reminder whose evening has come; returns how many visits were looked at."""
    due = select(Appointment.id).where(Appointment.remind_at <= now).order_by(Appointment.remind_at).limit(200)
    return one_by_one("reminders of", due, _remind, now)


def oldest_due(_now: datetime) -> Due:
    return select(func.min(Appointment.remind_at))


def _remind(visit_id: UUID, now: datetime) -> None:
    visit = db.session.scalar(select(Appointment).where(Appointment.id == visit_id).with_for_update(key_share=True))
    if visit is None or visit.remind_at is None or visit.remind_at > now:
        return
    visit.remind_at = None
    patient, at = visit.request.patient, visit.starts_at
    if at is None or at <= now or patient is None or not _is_awaited(visit):
        return
    space = space_of(patient.id, now)  # Its two words sign what is sent.
    if space.reminders and (by := way_to(patient, space)):
        address = space.email or patient.phone
        letters.enqueue(KIND, visit.id, address, now=now, expires_at=at, medium=by)


def _is_awaited(visit: Appointment) -> bool:
    return visit.request.state is State.SCHEDULED and visit.request.stay_id is None


def way_to(patient: Patient, space: PatientSpace | None) -> Medium | None:
    """By what a reminder reaches her; none: only the card and the telephone do."""
    if space and space.email and can_be_written_to():
        return Medium.EMAIL
    return Medium.SMS if can_have_sms(patient) else None


def is_reminded(patient: Patient, space: PatientSpace | None) -> bool:
    """Does one reach her, and does she want it?"""
    return (space is None or space.reminders) and way_to(patient, space) is not None


def can_have_sms(patient: Patient) -> bool:
    """Has she a mobile, and this Relais a gateway?"""
    return bool(current_app.config["SETTINGS"].sms_url) and is_mobile(patient.phone)


def can_be_written_to() -> bool:
    mails: bool = current_app.config["SETTINGS"].mails
    return mails


def compose(letter: Letter, now: datetime) -> Words | None:
    """When, the two words, where to answer: nothing of the care, of who comes, of whom it is about (FACTS 4.6)."""
    visit = db.session.get(Appointment, letter.subject_id)
    if visit is None or visit.starts_at is None or visit.starts_at <= now or not _is_awaited(visit):
        return None
    space = db.session.scalar(select(PatientSpace).where(PatientSpace.patient_id == visit.request.patient_id))
    kept = db.session.scalar(select(PatientLink.token_hash).where(PatientLink.appointment_id == visit.id))
    link = f"{current_app.config['SETTINGS'].base_url}/p/{link_token_for(visit.id, kept)}"
    if space is None:  # Her record has become one with another since.
        return Words(
            _(
                "Rappel : votre rendez-vous est %(when)s. Répondre : %(link)s",
                when=moment(visit.starts_at, now),
                link=link,
            )
        )
    with speaking(space.language or language()):
        values = {"when": moment(visit.starts_at, now), "words": space.code_words, "link": link}
        if letter.medium is Medium.EMAIL:
            return Words(MAIL % values, _("Rappel de votre rendez-vous"))
        return Words(SMS % values)
