"""The form that a pathway's file describes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import uuid_utils.compat
from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, Field, HiddenField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, StopValidation

from app.accounts.models import Account
from app.care_requests.attachments import received
from app.care_requests.rules import Visit
from app.core import clock
from app.core.forms import Form, SeveralField, say_only, stripped, uuid_or_none
from app.core.words import french_date
from app.desk.plan_form import PlanForm
from app.desk.questions import field_of, is_asked, name_of, stored_answer
from app.directory.models import PractitionerRole
from app.documents.rules import Upload, WrongDocument
from app.pathways.rules import window_bounds, windows_open
from app.pathways.schema import Pathway, Question, Reason, SignOff

PROTOCOL, DOCTOR = "protocol", "doctor"


@dataclass(frozen=True)
class Choices:
    """What this form may choose from beside the file: establishments with their distance (km), senior doctors."""

    reasons: Sequence[Reason]
    places: Sequence[tuple[PractitionerRole, float]] = ()
    doctors: Sequence[Account] = ()


class RequestForm(Form):
    """What the pathway's file asks, in taps; the note is the one text field of ours, and may stay empty.

    `request_id` is the future request's own id, given when the form is shown: sent twice, it is one request.
    `known`: what was under way for the patient when the form was shown, which its reader therefore knows of.
    """

    request_id = HiddenField()
    known = HiddenField()
    reason = RadioField("De quoi le patient a-t-il besoin\u00a0?", validators=[InputRequired("Choisissez un besoin.")])
    window = RadioField("Pour quand\u00a0?", validators=[InputRequired("Choisissez un moment.")])
    note = TextAreaField(
        "À dire à celui qui accepte",
        description="Visible seulement par le professionnel qui accepte.",
        filters=[stripped],
        validators=[Length(max=500, message="500 lettres au plus.")],
    )
    agreement = BooleanField(validators=[InputRequired("Sans l'accord du patient, la demande ne peut pas partir.")])

    pathway: Pathway
    documents: list[Upload]

    @classmethod
    def of(cls, pathway: Pathway, choices: Choices, *, patient: bool, now: datetime) -> "RequestForm":
        """The form for this pathway. `patient`: whether it is about one."""
        bases = (cls, PlanForm) if pathway.recurring and patient else (cls,)
        fields = {"pathway": pathway, "documents": [], **_fields(pathway, choices)}
        form = cast(RequestForm, type("PathwayForm", bases, fields)())
        form._offer(choices, patient, now)
        return form

    def _offer(self, choices: Choices, patient: bool, now: datetime) -> None:
        self.reason.choices = {reason.slug: reason.label for reason in choices.reasons}
        self.window.choices = {w.slug: w.label for w in windows_open(self.pathway.windows, now, clock.PARIS)}
        self.agreement.label.text = self.pathway.agreement
        if not patient:
            self.reason.label.text = "De quoi le service a-t-il besoin\u00a0?"
            del self["agreement"]
        if not self.is_submitted() and self.window.choices:
            self.window.data = next(iter(self.window.choices))
        self.request_id.data = str(self.wanted_id or uuid_utils.compat.uuid7())

    @property
    def wanted_id(self) -> UUID | None:
        """None when the hidden field was tampered with."""
        return uuid_or_none(self.request_id.data)

    @property
    def reasons(self) -> list[str]:
        chosen = self.reason.data
        return [slug for slug in (chosen if isinstance(chosen, list) else [chosen]) if slug]

    @property
    def questions(self) -> list[tuple[Question, Field]]:
        return [(question, self[name_of(question.slug)]) for question in self.pathway.questions]

    def _given(self) -> dict[str, Any]:
        return {question.slug: field.data for question, field in self.questions}

    def is_asked(self, question: Question) -> bool:
        return is_asked(question, self.pathway, self._given())

    def answers(self) -> Mapping[str, Any]:
        """By question, of those that were asked and answered. Only after validation."""
        return {
            question.slug: stored_answer(field.data)
            for question, field in self.questions
            if self.is_asked(question) and field.data not in (None, "", [])
        }

    def bounds(self, now: datetime) -> tuple[datetime, datetime]:
        """Between which instants the care is wanted. Only with a window chosen."""
        return window_bounds(self.pathway.window(self.window.data), now, clock.PARIS)

    def begins(self) -> datetime:
        now = clock.now()
        return self.bounds(now)[0] if self.window.data in (self.window.choices or {}) else now

    def visits_for(self, reason: str, now: datetime) -> tuple[Visit, ...]:
        """The plan, for a need that comes back; what is delivered or looked at once has none."""
        recurs = isinstance(self, PlanForm) and not self.pathway.reason(reason).once
        return self.visits(now) if recurs else ()

    def validate_decider(self, field: Field) -> None:
        if self["decision"].data != DOCTOR:
            field.data = None
            say_only(field)
        if not field.raw_data:
            say_only(field, "Choisissez le médecin qui décide.")

    def validate_document(self, field: Field) -> None:
        """What is wrong with a file is said of it by name; a browser never sends it again by itself."""
        try:
            self.documents = received(field.data or [])
        except WrongDocument as wrong:
            raise StopValidation(str(wrong)) from None


def _fields(pathway: Pathway, choices: Choices) -> dict[str, Any]:
    fields: dict[str, Any] = {name_of(question.slug): field_of(question) for question in pathway.questions}
    if pathway.several:
        missing = InputRequired("Choisissez au moins un besoin.")
        fields["reason"] = SeveralField("De quoi le patient a-t-il besoin\u00a0?", validators=[missing])
    if pathway.place:
        near = {str(role.id): role.name for role, _ in choices.places}
        chosen = InputRequired("Choisissez un établissement.")
        fields["place"] = RadioField("Quel établissement\u00a0?", choices=near, validators=[chosen])
    if pathway.sign_off:
        fields |= _sign_off(pathway.sign_off, choices.doctors)
    if pathway.attachment:
        fields["document"] = MultipleFileField(
            pathway.attachment.label,
            description=pathway.attachment.help,
            render_kw={"accept": "application/pdf,image/jpeg,image/png"},
        )
    return fields


def _sign_off(sign_off: SignOff, doctors: Sequence[Account]) -> dict[str, Any]:
    ways = {DOCTOR: "Un médecin senior décide"}
    if protocol := sign_off.protocol:
        on = french_date(protocol.validated_on)
        ways = {PROTOCOL: f"Protocole {protocol.number} v{protocol.version}, validé le {on}", **ways}
    if not doctors and sign_off.protocol:
        del ways[DOCTOR]
    named = {str(doctor.id): doctor.name for doctor in doctors}
    first = next(iter(ways))
    chosen = InputRequired("Dites qui décide.")
    return {
        "decision": RadioField(sign_off.label, choices=ways, default=first, validators=[chosen]),
        "decider": RadioField("Quel médecin\u00a0?", choices=named),
    }
