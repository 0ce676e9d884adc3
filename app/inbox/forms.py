"""What a practitioner can say, field by field."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from wtforms import (
    DateTimeLocalField,
    Field,
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, Optional, StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from app import clock
from app.appointments.rules import AT_ONCE, NoSuchTime, check_time, instant, soon
from app.core.forms import DayField, Form, say_only, stripped
from app.directory.models import PractitionerRole
from app.dispatch.words import REFUSALS
from app.inbox.words import WITHDRAWALS
from app.language.phrases import gettext as _
from app.language.phrases import later
from app.pathways.schema import Pathway
from app.relays.rules import LATEST


class RefusalForm(Form):
    """A reason helps the next search; saying none is fine."""

    reason = RadioField(later("Pourquoi ?"), choices=REFUSALS, validators=[Optional()])


class WithdrawalForm(Form):
    """One tap says it and why."""

    reason = RadioField(later("Pourquoi ?"), choices=WITHDRAWALS, validators=[Optional()])


ONE_LINE = 200


class QuestionForm(Form):
    question = StringField(
        later("Votre question"),
        filters=[stripped],
        validators=[
            InputRequired(later("Écrivez votre question.")),
            Length(max=ONE_LINE, message=later("Une ligne suffit : %(most)s caractères au plus.", most=ONE_LINE)),
        ],
        description=later("Une ligne. Ne nommez pas le patient."),
        render_kw={"maxlength": ONE_LINE, "autocomplete": "off"},
    )


class SkillsForm(Form):
    """What she does beyond her profession, and the languages she speaks."""

    skills = SelectMultipleField(later("Ce que je fais"), option_widget=CheckboxInput(), widget=ListWidget())

    def __init__(self, offered: Mapping[str, str], **values: Any) -> None:
        super().__init__(**values)
        self.skills.choices = list(offered.items())


LONGEST_ABSENCE = timedelta(days=365)


class ReplacementForm(Form):
    colleague = RadioField(later("Qui me remplace ?"), validators=[InputRequired(later("Choisissez une personne."))])
    until = DayField(later("Jusqu'au"), validators=[InputRequired(later("Choisissez une date."))])

    def __init__(self, colleagues: Sequence[PractitionerRole], today: date, **values: Any) -> None:
        super().__init__(**values)
        self.today = today
        self.colleague.choices = [(str(role.id), role.name) for role in colleagues]

    def validate_until(self, field: Field) -> None:
        if field.data is None:
            raise StopValidation("" if field.errors else _("Choisissez une date."))
        if field.data < self.today:
            raise ValidationError(_("Cette date est déjà passée."))
        if field.data > self.today + LONGEST_ABSENCE:
            raise ValidationError(_("Un an au plus. Vérifiez la date."))


class LineForm(Form):
    """What who comes next, and who asked, should know of a passage."""

    line = StringField(
        later("Une ligne pour le cercle de soins"),
        filters=[stripped],
        validators=[
            Length(max=ONE_LINE, message=later("Une ligne suffit : %(most)s caractères au plus.", most=ONE_LINE))
        ],
    )


class PartingForm(Form):
    """From which day somebody else goes on, why, and whom to ask first."""

    day = DayField(later("À partir de quel jour ?"), validators=[InputRequired(later("Choisissez un jour."))])
    reason = RadioField(
        later("Pourquoi ?"), choices=WITHDRAWALS, validators=[InputRequired(later("Choisissez une raison."))]
    )
    to = RadioField(later("À qui ?"), default="")

    def __init__(self, people: Sequence[PractitionerRole], now: datetime, **values: Any) -> None:
        super().__init__(**values)
        self.today = clock.paris(now).date()
        self.people, nobody = people, ("", _("Relais cherche quelqu'un"))
        self.to.choices = [nobody, *((str(role.id), role.name) for role in people)]

    @property
    def named(self) -> str:
        """Whom she asks first."""
        return next((role.name for role in self.people if str(role.id) == self.to.data), "")

    def validate_day(self, field: Field) -> None:
        if field.data is None:
            raise StopValidation("" if field.errors else _("Choisissez un jour."))
        if field.data < self.today:
            raise ValidationError(_("Cette date est déjà passée."))
        if field.data > self.today + LATEST:
            raise ValidationError(_("Dans %(days)s jours au plus.", days=LATEST.days))


class AppointmentForm(Form):
    """A time among those offered (`slot`: ISO 8601, or `now`), or one's own, which is Paris time; and where."""

    slot = HiddenField(later("Quand ?"))
    starts_at = DateTimeLocalField(later("Date et heure"))
    mode = RadioField(later("Où ?"), validators=[InputRequired(later("Choisissez un lieu."))])

    def __init__(self, pathway: Pathway, modes: Mapping[str, str], **values: Any) -> None:
        super().__init__(**values)
        self.mode.choices = {mode: str(modes[mode]) for mode in pathway.modes}
        # Whoever writes a time of her own must write one; a slot is sent without this field.
        self.starts_at.flags.required = True

    def validate_starts_at(self, field: Field) -> None:
        try:
            chosen = self.chosen
            if chosen is not None:
                return check_time(chosen, clock.now())
        except NoSuchTime as wrong:
            raise ValidationError(str(wrong)) from None
        say_only(field, _("Choisissez une heure."))

    @property
    def chosen(self) -> datetime | None:
        """The instant meant. Raises `NoSuchTime` for an hour that the change of clocks skips."""
        if self.slot.data == AT_ONCE:
            return soon(clock.now())
        if self.slot.data:
            try:
                return datetime.fromisoformat(self.slot.data).astimezone(clock.PARIS)
            except (ValueError, OverflowError):
                return None
        return instant(self.starts_at.data, clock.PARIS) if self.starts_at.data else None
