"""The form that a grid's file describes."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from wtforms import Field, HiddenField, RadioField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length, Optional

from app.assessments.rules import TOTAL
from app.assessments.schema import AssessmentGrid, GridItem
from app.core.db import new_id
from app.core.forms import Form, NumberField, stripped, uuid_or_none
from app.language.phrases import gettext as _
from app.language.phrases import later, said
from app.organizations.models import Organization


class GridForm(Form):
    """What may miss is left open, and the assessment says so. `key`: the future assessment's own id, given when the
    form is shown: sent twice, it is one."""

    key = HiddenField()
    place = RadioField(later("Au nom de"), validators=[InputRequired(later("Choisissez."))])
    remark = TextAreaField(
        later("Remarque"),
        description=later("Ce que la grille ne dit pas."),
        filters=[stripped],
        validators=[Length(max=1000, message=later("1 000 lettres au plus."))],
    )

    grid: AssessmentGrid

    @classmethod
    def of(cls, grid: AssessmentGrid, places: Sequence[Organization]) -> "GridForm":
        fields: dict[str, Any] = {name_of(item): field_of(grid, item) for item in grid.items}
        if grid.result == "total":
            missing = InputRequired(_("Écrivez le total."))
            asked = _("Total sur %(most)s", most=f"{grid.most:g}")
            fields[TOTAL] = NumberField(asked, validators=[missing], render_kw={"inputmode": "decimal"})
        form = cast(GridForm, type("FormOfGrid", (cls,), {"grid": grid, **fields})())
        form.place.choices = {str(place.id): place.name for place in places}
        if not form.is_submitted():
            form.place.data = str(places[0].id)
        form.key.data = str(form.wanted_id or new_id())
        return form

    @property
    def wanted_id(self) -> UUID | None:
        """None when the hidden field was tampered with."""
        return uuid_or_none(self.key.data)

    @property
    def items(self) -> list[tuple[GridItem, Field]]:
        return [(item, self[name_of(item)]) for item in self.grid.items]

    def answers(self) -> dict[str, str]:
        """As `rules.result_of` takes them. Only after validation."""
        if self.grid.result == "total":
            return {TOTAL: f"{self[TOTAL].data:g}"}
        return {item.slug: field.data for item, field in self.items if field.data}

    def validate_total(self, field: Field) -> None:
        if field.data is not None and not (0 <= field.data <= self.grid.most and field.data == int(field.data)):
            raise ValidationError(_("Un nombre entier, de 0 à %(most)s.", most=f"{self.grid.most:g}"))

    def validate(self, extra_validators: Any = None) -> bool:
        holds = super().validate(extra_validators)
        if holds and self.items and not self.answers():
            first = self.items[0][1]
            first.errors = [_("Répondez au moins à une question.")]
            return False
        return holds


def name_of(item: GridItem) -> str:
    """The field's name: items must not meet the form's own fields."""
    return f"item-{item.slug}"


def field_of(grid: AssessmentGrid, item: GridItem) -> Any:
    """The field that asks it, not yet bound to a form."""
    choices = {choice.slug: said(choice.label) for choice in grid.choices_of(item)}
    return RadioField(said(item.label), choices=choices, description=said(item.help), validators=[Optional()])
