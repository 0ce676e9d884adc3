"""Forms of a coordination folder."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import Field, RadioField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length, Optional

from app import clock
from app.core.forms import DayField, Form, stripped
from app.folders.rules import LEVELS, SAID_ENDINGS, is_possible_review, review_by_default
from app.folders.words import ENDING_WORDS, INFORMED, LEVEL_WORDS, MOMENTS_OF_COORDINATION
from app.language.phrases import gettext as _
from app.language.phrases import later
from app.organizations.models import Organization

CHOOSE = InputRequired(later("Choisissez."))
SHORT = Length(max=500, message=later("500 lettres au plus."))


def review_field() -> DayField:
    return DayField(
        later("À revoir le"),
        validators=[Optional()],
        description=later("Laissez vide pour la date du niveau : six mois, trois mois ou un mois."),
    )


class _Reviewed(Form):
    """At which level, and when it is looked at again."""

    level = RadioField(
        later("De quel suivi a-t-elle besoin ?"),
        choices={str(level): LEVEL_WORDS[level] for level in LEVELS},
        validators=[CHOOSE],
    )
    review_on = review_field()

    def validate_review_on(self, field: Field) -> None:
        if field.data is not None and not is_possible_review(field.data, today()):
            raise ValidationError(_("Choisissez un jour à venir, dans l'année."))

    @property
    def next_on(self) -> date:
        """Only after validation."""
        chosen: date | None = self.review_on.data
        return chosen or review_by_default(int(self.level.data), today())


def today() -> date:
    return clock.paris(clock.now()).date()


class NewFolderForm(_Reviewed):
    """Why now, at which level, and who coordinates."""

    moment = RadioField(
        later("Pourquoi maintenant ?"),
        choices={each.value: words for each, words in MOMENTS_OF_COORDINATION.items()},
        validators=[CHOOSE],
    )
    why = TextAreaField(
        later("En quelques mots"),
        description=later("Ce qui inquiète, ce qu'elle veut. L'équipe du dossier le lit, et elle aussi."),
        filters=[stripped],
        validators=[InputRequired(later("Écrivez pourquoi maintenant.")), SHORT],
    )
    lead = RadioField(
        later("Qui coordonne ?"),
        choices={"me": later("Moi"), "other": later("Quelqu'un d'autre, à choisir ensuite")},
        validators=[CHOOSE],
    )
    place = RadioField(later("Au nom de"), validators=[CHOOSE])

    @classmethod
    def at(cls, places: Sequence[Organization], **given: Any) -> "NewFolderForm":
        form = cls(**given)
        form.place.choices = {str(place.id): place.name for place in places}
        if not form.is_submitted():
            form.place.data = str(places[0].id)
        return form


class FolderReviewForm(_Reviewed):
    words = TextAreaField(
        later("Ce qui a changé"),
        filters=[stripped],
        validators=[InputRequired(later("Écrivez ce qui a changé, ou « rien de nouveau ».")), SHORT],
    )


class InformForm(Form):
    """That she was told, how, and what she said; or who decides for her (`relatives.deciding`)."""

    how = RadioField(later("Comment le sait-elle ?"), choices=INFORMED, validators=[CHOOSE])
    agreed = RadioField(
        later("Et elle"),
        choices={
            "yes": later("Est d'accord pour le partager avec son équipe"),
            "later": later("Veut y réfléchir"),
        },
        validators=[CHOOSE],
    )


class FolderClosingForm(Form):
    ending = RadioField(
        later("Pourquoi s'arrête-t-il ?"),
        choices={each.value: ENDING_WORDS[each] for each in SAID_ENDINGS},
        validators=[CHOOSE],
    )
    relay = StringField(
        later("Qui continue avec elle ?"),
        description=later("Un nom et un téléphone, ou « son médecin traitant »."),
        filters=[stripped],
        validators=[
            InputRequired(later("Écrivez qui continue.")),
            Length(max=200, message=later("200 lettres au plus.")),
        ],
    )
