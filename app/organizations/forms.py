"""The field for a place, which every form that asks for one has."""

from typing import Any

from wtforms import StringField, ValidationError

from app.core.forms import stripped
from app.core.ways import way
from app.language.phrases import later
from app.organizations.models import Commune
from app.organizations.places import Meaning, Meant, Place, place_meant, suggestions


class CommuneField(StringField):
    """A place by name, postal code or INSEE code; `meant` says which, or among which to choose. A choice made with a
    button of the same name goes before what stands in the text."""

    meant: Meant[Place] | Meant[Meaning] = Meant(None)
    WHICH = later("Plusieurs communes sont possibles : choisissez la bonne.")
    ONE = later("Est-ce cette commune ? Touchez-la pour la choisir.")
    NONE = later("Choisissez une commune de la liste, ou écrivez son code postal.")

    def process_formdata(self, valuelist: list[Any]) -> None:
        written = [text for text in map(stripped, valuelist) if text]
        self.data = written[-1] if written else ""

    def understand(self, near: Commune | None) -> None:
        """Say what is meant by what stands in the field; `near`: where the asker works."""
        self.meant = self.read(self.data or "", near) if self.data else Meant(None)

    def read(self, text: str, near: Commune | None) -> Meant[Place] | Meant[Meaning]:
        return place_meant(text, near)

    def pre_validate(self, form: Any) -> None:
        if self.data and self.meant.place is None:
            raise ValidationError(self.asks)

    @property
    def asks(self) -> str:
        """What to do as long as no place can be taken."""
        choices = len(self.meant.choices)
        return self.WHICH if choices > 1 else self.ONE if choices else self.NONE

    @property
    def suggestions(self) -> list[Meaning]:
        return suggestions(self.meant)


def helped(field: CommuneField, near: Commune | None) -> None:
    """What is understood of this place is said under it while it is typed."""
    field.understand(near)
    field.render_kw = {
        "list": f"{field.id}-options",
        "hx-get": way("communes"),
        "hx-trigger": "input changed delay:200ms",
        "hx-target": f"#{field.id}-meant",
        "hx-status:4xx": "swap:none",
        "hx-status:5xx": "swap:none",
    }
