"""What is asked of each kind of part: when it is added one screen after the other, when it is changed all at once."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from wtforms import HiddenField, RadioField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from app import clock
from app.core.db import new_id
from app.core.forms import DayField, Form, PhoneField, SeveralField, is_resumed, stripped, uuid_or_none
from app.language.phrases import gettext as _
from app.language.phrases import later
from app.plans.rules import ASKS_WHY, Content, PartOfPlan, PartState, PlanKind
from app.plans.words import DOMAINS, EVERY, TOLD_HOW

WRITE = DataRequired(later("Écrivez quelque chose."))
CHOOSE = InputRequired(later("Choisissez."))
NOT_TOO_LONG = Length(max=600, message=later("600 lettres au plus."))


def area(label: str, help_text: str = "", *, required: bool = True) -> Any:
    checks = [WRITE, NOT_TOO_LONG] if required else [NOT_TOO_LONG]
    return TextAreaField(label, description=help_text, filters=[stripped], validators=checks)


class SeenForm(Form):
    """`seen`: the version that is before her eyes."""

    seen = HiddenField()

    @property
    def version_seen(self) -> int:
        said = self.seen.data or ""
        return int(said) if said.isdecimal() and len(said) < 9 else 0


class PlanPartForm(SeenForm):
    """`key`: the future part's id, given when its form is shown; `under`: the part that it is for;
    `step`: which of the `screens` is shown; the fields of the others go along unseen."""

    kind: ClassVar[PlanKind]
    screens: ClassVar[tuple[tuple[str, ...], ...]] = (("words",),)

    key = HiddenField()
    under = HiddenField()
    step = HiddenField()
    was: Content | None = None

    @property
    def wanted_id(self) -> UUID | None:
        return uuid_or_none(self.key.data)

    @property
    def at(self) -> int:
        said = self.step.data or "0"
        return min(int(said) if said.isdecimal() and len(said) < 3 else 0, len(self.screens) - 1)

    @property
    def is_last(self) -> bool:
        return self.at == len(self.screens) - 1

    @property
    def shown(self) -> list[Any]:
        """The fields of its screen."""
        return [self[name] for name in self.screens[self.at]]

    @property
    def all_fields(self) -> list[Any]:
        return [self[name] for names in self.screens for name in names]

    def holds_so_far(self) -> bool:
        """Is what was asked up to this screen well answered? What comes after is not asked yet."""
        self.validate()
        asked = {"csrf_token", *(name for names in self.screens[: self.at + 1] for name in names)}
        for field in self:
            field.errors = field.errors if field.short_name in asked else ()
        return not is_resumed() and not self.errors

    def content(self) -> dict[str, str]:
        """As `rules.Content`. Only after validation."""
        said = {name: _said(self[name]) for names in self.screens for name in names}
        return {name: value for name, value in said.items() if value}

    def fill(self, content: Content) -> None:
        self.was = content
        for name in (name for names in self.screens for name in names):
            value = content.get(name, "")
            self[name].data = date.fromisoformat(value) if value and isinstance(self[name], DayField) else value or None

    def begin(self, part: PartOfPlan | None = None, under: str = "") -> None:
        """As it is shown at first: empty, or with what the part says."""
        self.key.data, self.step.data, self.under.data = str(new_id()), "0", under
        if part:
            self.seen.data = str(part.version)
            self.fill(part.content)


def _said(field: Any) -> str:
    if isinstance(field, PhoneField):
        return field.e164 or ""
    return field.data.isoformat() if isinstance(field.data, date) else field.data or ""


def not_past(form: Any, field: Any) -> None:
    """A new date lies ahead; one that is past may stay as it is."""
    today = clock.paris(clock.now()).date()
    if field.data and field.data < today and field.data.isoformat() != (form.was or {}).get(field.short_name):
        raise ValidationError(_("Choisissez un jour qui vient."))


class WishForm(PlanPartForm):
    kind = PlanKind.WISH
    words = area(later("Ce qui compte pour elle"), later("Dans ses mots, comme elle le dit."))


class ProblemForm(PlanPartForm):
    kind = PlanKind.PROBLEM
    screens = (("words",), ("domain",))
    words = area(later("Quelle difficulté ?"), later("En une phrase, sans jugement."))
    domain = RadioField(later("Dans quel domaine ?"), choices=DOMAINS, validators=[CHOOSE])


class ObjectiveForm(PlanPartForm):
    kind = PlanKind.OBJECTIVE
    screens = (("words",), ("criterion",), ("due",))
    words = area(later("Quel objectif ?"), later("Dans ses mots : ce qu'elle veut pouvoir faire."))
    criterion = area(later("À quoi verra-t-on qu'il est atteint ?"), later("Quelque chose que chacun peut constater."))
    due = DayField(later("On regarde ensemble le"), validators=[InputRequired(later("Choisissez un jour.")), not_past])


class ActionForm(PlanPartForm):
    kind = PlanKind.ACTION
    screens = (("words",), ("owner",), ("due", "every"))
    words = area(later("Que faut-il faire ?"), later("Qui s'en charge le lira tel quel."))
    owner = RadioField(later("Qui s'en charge ?"), validators=[CHOOSE])
    due = DayField(later("Pour quand ?"), validators=[InputRequired(later("Choisissez un jour.")), not_past])
    every = RadioField(later("Est-ce à refaire ?"), choices=EVERY, default="", validators=[Optional()])


class AlertForm(PlanPartForm):
    kind = PlanKind.ALERT
    screens = (("words",), ("call", "who", "phone"))
    words = area(later("Si cela arrive…"), later("Un signe que la personne ou un proche peut voir."))
    call = RadioField(later("Qui appeler ?"), validators=[CHOOSE])
    who = StringField(later("Quelqu'un d'autre : son nom"), filters=[stripped], validators=[Length(max=80)])
    phone = PhoneField(later("Son téléphone"), render_kw={"inputmode": "tel", "autocomplete": "off"})

    def validate_who(self, field: Any) -> None:
        if self.call.data == "other" and not field.data:
            raise ValidationError(_("Écrivez qui appeler."))

    def validate_phone(self, field: Any) -> None:
        if self.call.data == "other" and not field.data:
            raise ValidationError(_("Écrivez son numéro."))


FORMS: dict[PlanKind, type[PlanPartForm]] = {
    each.kind: each for each in (WishForm, ProblemForm, ObjectiveForm, ActionForm, AlertForm)
}


def form_of(kind: PlanKind, owners: Mapping[str, str], calls: Mapping[str, str]) -> PlanPartForm:
    """`owners`, `calls`: who may be given an action, whom to call, by the value that is sent."""
    form = FORMS[kind]()
    if isinstance(form, ActionForm):
        form.owner.choices = list(owners.items())
    if isinstance(form, AlertForm):
        form.call.choices = list(calls.items())
    return form


class BecomeForm(SeenForm):
    """A state, with what is to be said with it."""

    why = area(later("Pourquoi ?"), later("Sans reproche : ce qui a manqué, ce qui a changé."), required=False)
    told_how = RadioField(
        later("Comment l'a-t-elle dit ?"),
        choices={key: said for key, said in TOLD_HOW.items() if key != "herself"},
        default="spoken",
        validators=[Optional()],
    )
    told_on = DayField(later("Quel jour ?"), validators=[Optional()])
    wanted: PartState
    kind: PlanKind

    @classmethod
    def of(cls, kind: PlanKind, wanted: PartState) -> "BecomeForm":
        form = cls()
        form.kind, form.wanted = kind, wanted
        form.told_on.past = True
        form.why.flags.required = wanted in ASKS_WHY
        if not form.is_submitted():
            form.told_on.data = clock.paris(clock.now()).date()
        return form

    @property
    def asks_why(self) -> bool:
        return self.wanted in ASKS_WHY or self.wanted in (PartState.DECLINED, PartState.REFUSED)

    @property
    def asks_how(self) -> bool:
        return self.wanted in (PartState.AGREED, PartState.DECLINED)

    @property
    def asks(self) -> bool:
        return self.asks_why or self.asks_how

    def validate_why(self, field: Any) -> None:
        if self.wanted in ASKS_WHY and not field.data:
            raise ValidationError(_("Dites pourquoi : cela reste dans « dit, pas fait »."))

    def facts(self) -> dict[str, str]:
        how = {"told_how": self.told_how.data, "told_on": _said(self.told_on)} if self.asks_how else {}
        return {name: value for name, value in ({"why": self.why.data} | how).items() if value}


class AgreementForm(SeenForm):
    """That she agrees to the plan as it stands: how, when, and who reads it."""

    how = RadioField(
        later("Comment l'a-t-elle dit ?"),
        choices={key: said for key, said in TOLD_HOW.items() if key != "herself"},
        validators=[CHOOSE],
    )
    on = DayField(later("Quel jour ?"), validators=[InputRequired(later("Choisissez un jour."))])
    copies = SeveralField(later("Qui reçoit le plan ?"), validators=[Optional()])
