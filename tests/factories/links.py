"""The link that is in the hands of a patient."""

from sqlalchemy import select

from app.appointments.actions import link_token_for
from app.appointments.models import Appointment, PatientLink
from app.core.db import db


def link_token(appointment: Appointment) -> str:
    kept = db.session.scalar(select(PatientLink.token_hash).where(PatientLink.appointment_id == appointment.id))
    return link_token_for(appointment.id, kept)
