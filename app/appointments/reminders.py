"""The evening before a visit, its patient is reminded: an SMS that says when, and repeats the two words of her card."""

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
from app.language.words import moment
from app.letters import actions as letters
from app.letters.kinds import Words
from app.letters.models import Letter
from app.letters.rules import Medium, is_mobile
from app.patients.models import Patient

KIND = "visit-reminder"


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
    if at and at > now and _is_awaited(visit) and patient and is_reminded(patient):
        space_of(patient.id, now)  # Its two words sign what is sent.
        letters.enqueue(KIND, visit.id, patient.phone, now=now, expires_at=at, medium=Medium.SMS)


def _is_awaited(visit: Appointment) -> bool:
    return visit.request.state is State.SCHEDULED and visit.request.stay_id is None


def is_reminded(patient: Patient) -> bool:
    """Has she a mobile and this Relais a gateway, and does she want it?"""
    refused = select(PatientSpace.id).where(PatientSpace.patient_id == patient.id, PatientSpace.reminders.is_(False))
    return can_be_reminded(patient) and db.session.scalar(refused) is None


def can_be_reminded(patient: Patient) -> bool:
    return bool(current_app.config["SETTINGS"].sms_url) and is_mobile(patient.phone)


def compose(letter: Letter, now: datetime) -> Words | None:
    """When, the two words, where to answer: nothing of the care, of who comes, of whom it is about (FACTS 4.6)."""
    visit = db.session.get(Appointment, letter.subject_id)
    if visit is None or visit.starts_at is None or visit.starts_at <= now or not _is_awaited(visit):
        return None
    theirs = PatientSpace.patient_id == visit.request.patient_id
    words = db.session.scalar(select(PatientSpace.code_words).where(theirs))
    kept = db.session.scalar(select(PatientLink.token_hash).where(PatientLink.appointment_id == visit.id))
    link = f"{current_app.config['SETTINGS'].base_url}/p/{link_token_for(visit.id, kept)}"
    when = moment(visit.starts_at, now)
    if not words:
        return Words(_("Rappel : votre rendez-vous est %(when)s. Répondre : %(link)s", when=when, link=link))
    return Words(
        _(
            "Rappel : votre rendez-vous est %(when)s. Vos deux mots : %(words)s. Répondre : %(link)s",
            when=when,
            words=words,
            link=link,
        )
    )
