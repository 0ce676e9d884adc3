"""The form that a pathway's file describes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, cast
from uuid import UUID

from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, Field, HiddenField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, StopValidation

from app import clock
from app.accounts.models import Account
from app.attachments.actions import MOST
from app.core.db import new_id
from app.core.forms import Form, SeveralField, say_only, stripped, uuid_or_none
from app.directory.models import PractitionerRole
from app.documents.intake import Intake
from app.language.phrases import gettext as _
from app.language.phrases import later, said
from app.language.words import date_words
from app.passages.forms import PlanForm
from app.pathways.answers import is_asked
from app.pathways.fields import field_of, name_of
from app.pathways.schema import Pathway, Question, Reason, SignOff, windows_open

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

    short_names: ClassVar[Mapping[str, str]] = {
        "reason": later("le besoin"),
        "window": later("le moment"),
        "agreement": later("l'accord du patient"),
        "place": later("l'établissement"),
        "decision": later("qui décide"),
        "decider": later("le médecin qui décide"),
        "note": later("le message"),
    }

    request_id = HiddenField()
    known = HiddenField()
    reason = RadioField(
        later("De quoi le patient a-t-il besoin ?"), validators=[InputRequired(later("Choisissez un besoin."))]
    )
    window = RadioField(later("Pour quand ?"), validators=[InputRequired(later("Choisissez un moment."))])
    note = TextAreaField(
        later("Message pour la personne qui accepte"),
        description=later("Visible après acceptation seulement."),
        filters=[stripped],
        validators=[Length(max=500, message=later("500 lettres au plus."))],
    )
    agreement = BooleanField(
        render_kw={"form": "new-request"},  # It stands beside the form, next to the button that sends.
        validators=[InputRequired(later("Sans l'accord du patient, la demande ne peut pas partir."))],
    )

    pathway: Pathway
    brought: Intake
    places: Sequence[tuple[PractitionerRole, float]]
    plans: Mapping[str, PlanForm]  # by need; of a pathway with one need at a time, one for whichever it is

    @classmethod
    def of(cls, pathway: Pathway, choices: Choices, *, patient: bool, now: datetime) -> "RequestForm":
        """The form for this pathway. `patient`: whether it is about one."""
        fields = {"pathway": pathway, "brought": Intake(), "places": choices.places, **_fields(pathway, choices)}
        form = cast(RequestForm, type("PathwayForm", (cls,), fields)())
        form.plans = plans_of(pathway, choices.reasons) if pathway.recurring and patient else {}
        form.parts = list(form.plans.values())
        form._offer(choices, patient, now)
        return form

    def validate(self, extra_validators: Any = None) -> bool:
        holds = super().validate(extra_validators)
        for slug, plan in self.plans.items():
            plan.starts_at = self.begins()
            if slug in ("", *self.reasons):
                holds &= plan.validate()
        return holds

    def _offer(self, choices: Choices, patient: bool, now: datetime) -> None:
        self.reason.choices = {reason.slug: said(reason.label) for reason in choices.reasons}
        self.window.choices = {w.slug: said(w.label) for w in windows_open(self.pathway.windows, now)}
        self.agreement.label.text = said(self.pathway.agreement)
        if not patient:
            self.reason.label.text = _("De quoi le service a-t-il besoin ?")
            del self["agreement"]
        if not self.is_submitted() and self.window.choices:
            self.window.data = next(iter(self.window.choices))
        self.request_id.data = str(self.wanted_id or new_id())

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
        return is_asked(question, self.pathway, self.reasons, self._given())

    def answers(self) -> Mapping[str, Any]:
        """By question, of those that were asked and answered. Only after validation."""
        return {
            question.slug: stored_answer(field.data)
            for question, field in self.questions
            if self.is_asked(question) and field.data not in (None, "", [])
        }

    def bounds(self, now: datetime) -> tuple[datetime, datetime]:
        """Between which instants the care is wanted. Only with a window chosen."""
        return self.pathway.window(self.window.data).bounds(now)

    def begins(self) -> datetime:
        now = clock.now()
        return self.bounds(now)[0] if self.window.data in (self.window.choices or {}) else now

    def plan_for(self, reason: str) -> PlanForm | None:
        """Of a need that comes back; what is delivered or looked at once has none."""
        plan = self.plans.get(reason, self.plans.get(""))
        return plan if plan and plan.recurs and not self.pathway.reason(reason).once else None

    def validate_decider(self, field: Field) -> None:
        if self["decision"].data != DOCTOR:
            field.data = None
            say_only(field)
        if not field.raw_data:
            say_only(field, _("Choisissez le médecin qui décide."))

    def validate_document(self, field: Field) -> None:
        """What is wrong with a file is said of it by name; those that could be kept wait, and are not sent again."""
        if self.brought.wrong:
            raise StopValidation(" ".join(self.brought.wrong))
        if len(self.brought.documents) > MOST:
            raise StopValidation(_("%(most)s documents au plus pour une demande.", most=MOST))


def plans_of(pathway: Pathway, reasons: Sequence[Reason]) -> dict[str, PlanForm]:
    """A plan for each need that may come back, where several are asked for at once."""
    if not pathway.several:
        return {"": PlanForm(meta={"csrf": False})}
    made = {}
    for reason in reasons:
        if not reason.once:
            made[reason.slug] = PlanForm(prefix=f"{reason.slug}-", meta={"csrf": False})
            made[reason.slug].title = said(reason.label)
    return made


def _fields(pathway: Pathway, choices: Choices) -> dict[str, Any]:
    fields: dict[str, Any] = {name_of(question.slug): field_of(question) for question in pathway.questions}
    if pathway.several:
        missing = InputRequired(_("Choisissez au moins un besoin."))
        fields["reason"] = SeveralField(_("De quoi le patient a-t-il besoin ?"), validators=[missing])
    if pathway.place:
        near = {str(role.id): role.name for role, _ in choices.places}
        chosen = InputRequired(_("Choisissez un établissement."))
        fields["place"] = RadioField(_("Quel établissement ?"), choices=near, validators=[chosen])
    if pathway.sign_off:
        fields |= _sign_off(pathway.sign_off, choices.doctors)
    if pathway.attachment:
        fields["document"] = MultipleFileField(
            said(pathway.attachment.label),
            description=said(pathway.attachment.help),
        )
    return fields


def _sign_off(sign_off: SignOff, doctors: Sequence[Account]) -> dict[str, Any]:
    ways = {DOCTOR: _("Un médecin senior décide")}
    if protocol := sign_off.protocol:
        on = date_words(protocol.validated_on)
        named_so = _(
            "Protocole %(number)s v%(version)s, validé le %(date)s",
            number=protocol.number,
            version=protocol.version,
            date=on,
        )
        ways = {PROTOCOL: named_so, **ways}
    if not doctors and sign_off.protocol:
        del ways[DOCTOR]
    named = {str(doctor.id): doctor.name for doctor in doctors}
    first = next(iter(ways))
    chosen = InputRequired(_("Dites qui décide."))
    return {
        "decision": RadioField(said(sign_off.label), choices=ways, default=first, validators=[chosen]),
        "decider": RadioField(_("Quel médecin ?"), choices=named),
    }


def stored_answer(answer: Any) -> Any:
    """An answer as it is kept with the request: JSON knows no dates."""
    return answer.isoformat() if isinstance(answer, date) else answer
