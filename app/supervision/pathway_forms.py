"""What a coordinator may change of a pathway: its words, its waits, its sizes and its radii."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
from wtforms import Field, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from app.core.forms import Form, stripped
from app.language.phrases import gettext as _
from app.language.phrases import later
from app.language.typography import NO_BREAK
from app.language.words import length
from app.pathways.reading import WrongPathway, parse_pathway
from app.pathways.schema import Pathway, Stage

MONTH = 31 * 24 * 60
TEXTS = {"title": later("Titre"), "explanation": later("Explication"), "agreement": later("Accord du patient")}
NUMBERS = {
    "offer_minutes": (later("Minutes pour répondre"), 1, MONTH),
    "minutes": (later("Minutes avant la suite"), 1, MONTH),
    "offers": (later("Personnes à la fois"), 1, 100),
    "km": (later("Distance, en km"), 1, 200),
}
"""What every stage has comes first: the same figures stand under one another."""
MISTAKES = {
    "km": later("Cette distance doit être plus grande que celle de l'étape précédente."),
    "": later("Cette valeur ne convient pas à ce parcours."),
}


class PathwayForm(Form):
    """Fields for each of the pathway's stages. `base`: what they were filled from, so that nobody is overwritten."""

    base = HiddenField()
    title = StringField(TEXTS["title"], [InputRequired(later("Écrivez un titre.")), Length(max=80)], filters=[stripped])
    explanation = TextAreaField(
        TEXTS["explanation"], [InputRequired(later("Écrivez une phrase.")), Length(max=500)], filters=[stripped]
    )
    agreement = TextAreaField(
        TEXTS["agreement"], [InputRequired(later("Écrivez une phrase.")), Length(max=500)], filters=[stripped]
    )

    def stage(self, n: int) -> list[Field]:
        """The fields of one stage, in the order in which they are read."""
        return [self[name] for name in (f"stage_{n}_{key}" for key in NUMBERS) if name in self]

    def read(self, pathway: Pathway) -> Pathway | None:
        """The pathway with what was written; None, and the right field says why, when it cannot be."""
        if not self.validate():
            return None
        table: dict[str, Any] = msgspec.to_builtins(pathway)
        table |= {name: self[name].data for name in TEXTS}
        for n, stage in enumerate(table["search"]["stages"]):
            stage |= {key: self[name].data for key in NUMBERS if (name := f"stage_{n}_{key}") in self}
        try:
            return parse_pathway(table)
        except WrongPathway as wrong:
            self._say(wrong.key)
            return None

    def _say(self, key: str) -> None:
        """`search.stages[2].km` → beside that field; what no field holds stands under the title."""
        place, _, last = key.rpartition(".")
        name = place.replace("search.stages[", "stage_").replace("]", f"_{last}")
        field = self[name] if name in self else self[key] if key in TEXTS else self["title"]
        field.errors = [*field.errors, MISTAKES.get(last, MISTAKES[""])]


def form_for(pathway: Pathway, **arguments: Any) -> PathwayForm:
    """A form with this pathway's fields, filled with what it says now unless something was sent."""
    fields: dict[str, Field] = {
        f"stage_{n}_{key}": IntegerField(
            label,
            [
                InputRequired(_("Écrivez un nombre.")),
                NumberRange(least, most, _("Écrivez un nombre entre %(least)s et %(most)s.", least=least, most=most)),
            ],
        )
        for n, stage in enumerate(pathway.search.stages)
        for key, (label, least, most) in NUMBERS.items()
        if _is_asked(stage, key)
    }
    values = {name: getattr(pathway, name) for name in TEXTS} | {"base": base_of(pathway)}
    for n, stage in enumerate(pathway.search.stages):
        values |= {f"stage_{n}_{key}": getattr(stage, key) for key in NUMBERS}
    return type("PathwayFields", (PathwayForm,), fields)(data=values, **arguments)  # type: ignore[no-any-return]


def _is_asked(stage: Stage, key: str) -> bool:
    """A usual professional or a chosen establishment is one; distance counts for strangers only."""
    if key == "km":
        return stage.kind in ("near", "other")
    return key != "offers" or stage.kind not in ("circle", "chosen")


def base_of(pathway: Pathway) -> str:
    return f"{pathway.owner or 'catalog'}:{pathway.version}"


@dataclass(frozen=True)
class Change:
    """One line of what changed: `Étape 3, distance: 5 km → 8 km`."""

    what: str
    before: str
    after: str


SAID = {
    "km": later("distance"),
    "offers": later("à la fois"),
    "offer_minutes": later("pour répondre"),
    "minutes": later("avant d'aller plus loin"),
}


def changes(before: Pathway, after: Pathway) -> list[Change]:
    return list(_changes(before, after))


def _changes(before: Pathway, after: Pathway) -> Iterator[Change]:
    for name, label in TEXTS.items():
        if getattr(before, name) != getattr(after, name):
            yield Change(label, getattr(before, name), getattr(after, name))
    for n, (old, new) in enumerate(zip(before.search.stages, after.search.stages, strict=True), 1):
        for key, said in SAID.items():
            was, now = getattr(old, key), getattr(new, key)
            if was != now:
                yield Change(_("Étape %(n)s, %(what)s", n=n, what=said), _figure(key, was), _figure(key, now))


def _figure(key: str, number: int) -> str:
    if key == "km":
        return f"{number}{NO_BREAK}km"
    return str(number) if key == "offers" else length(timedelta(minutes=number))
