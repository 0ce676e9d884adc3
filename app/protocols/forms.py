"""What each part of a pathway is written with. Fields are called like the keys of the file."""

from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar

import msgspec
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.core.forms import DayField, Form, SeveralField, stripped
from app.directory.words import PROFESSIONS, SERVICES, SKILLS
from app.language.phrases import gettext as _
from app.language.phrases import later, said
from app.organizations.words import KINDS as PLACES
from app.pathways.choosing import AIMS
from app.pathways.schema import MONTH, After, Pathway
from app.protocols.parts import KINDS, PartKind, Table, part_at, parts_of, slug_of
from app.protocols.words import ICONS, in_french

USUALLY = After(start_hours=48)
DEFAULTS: dict[str, Table] = {
    "words": {"aim": "home"},
    "reasons": {"patient": True, "minutes": 20, "icon": "stethoscope"},
    "questions": {"required": True, "kind": "choice"},
    "windows": {"how": "hours"},
    "stages": {"kind": "near", "minutes": 10, "offer_minutes": 20, "offers": 5, "km": 10},
    "tasks": {"owner": "performer", "due_hours": 48},
    "copies": {"on": "accept", "to": "doctor"},
    "attachment": {"type": "other"},
    "search": {"choice": "first", "around": "patient", "proposals": 3, "place": ""},
    "after": {"usual": "", "start_label": USUALLY.start_label, "finish_label": USUALLY.finish_label},
}
"""What a field says where the file says nothing, or where nothing is written yet."""


def typed(label: str, *, most: int = 500, must: bool = True, long: bool = False, told: str = "") -> Any:
    say = [InputRequired(later("Écrivez quelques mots."))] if must else [Optional()]
    kind = TextAreaField if long else StringField
    longest = Length(max=most, message=later("%(most)s lettres au plus.", most=most))
    return kind(label, [*say, longest], description=told, filters=[stripped])


def counted(label: str, least: int, most: int, *, must: bool = True, told: str = "") -> Any:
    say = InputRequired(later("Écrivez un nombre.")) if must else Optional()
    within = NumberRange(least, most, later("Écrivez un nombre entre %(least)s et %(most)s.", least=least, most=most))
    return IntegerField(label, [say, within], description=told)


def one_of(label: str, choices: dict[Any, Any], *, told: str = "") -> Any:
    return RadioField(label, [InputRequired(later("Choisissez."))], choices=choices, description=told)


def chosen(label: str, choices: dict[str, Any], *, told: str = "") -> Any:
    say = [] if not choices or "" in choices else [InputRequired(later("Choisissez."))]
    return SelectField(label, say, choices=choices, description=told)


def ticked(label: str, choices: dict[str, Any] | None = None, *, must: bool = False, told: str = "") -> Any:
    say = [InputRequired(later("Choisissez-en au moins un."))] if must else []
    return SeveralField(label, say, choices=choices or {}, description=told)


WHO = {kind.value: names[0] for kind, names in PROFESSIONS.items()}
MODES = {"home": later("Au domicile"), "practice": later("Au cabinet"), "remote": later("À distance")}


class WritingForm(Form):
    """`base`: the part as it was when it was shown, so that nobody is overwritten unseen."""

    base = HiddenField()
    extra: ClassVar[frozenset[str]] = frozenset({"base", "csrf_token"})
    icons: ClassVar[dict[str, dict[str, str]]] = {}

    def offer(self, table: Table, n: int) -> None:
        """Choices that depend on the rest of the pathway."""

    @staticmethod
    def filled(kept: Table) -> Table:
        """What the fields say for this part of the file."""
        return kept

    def part(self, before: Table, table: Table, kind: PartKind) -> Table | None:
        """The part of the file that the fields say; none when it is not wanted. Only after validation."""
        said = {field.short_name: field.data for field in self if field.short_name not in self.extra}
        new = {key: value for key, value in said.items() if not _is_silent(key, value)}
        if kind.several and kind.slug not in ("stages", "copies"):
            others = {each["slug"] for each in parts_of(table, kind) if each.get("slug") != before.get("slug")}
            new["slug"] = before.get("slug") or slug_of(new.get("label", ""), others)
        return self.shaped(new)

    def shaped(self, new: Table) -> Table | None:
        return new

    def lacks(self) -> Iterator[tuple[str, str]]:
        """What is still to be written because of what another field says: its name, and words."""
        yield from ()

    def validate(self, extra_validators: Any = None) -> bool:
        holds = super().validate(extra_validators)
        lacking = [(name, words) for name, words in self.lacks() if not self[name].errors]
        for name, words in lacking:
            self.say(name, words)
        return holds and not lacking

    def holds(self, before: Table, table: Table, kind: PartKind) -> bool:
        """With what the types of the file say of it, beside the fields."""
        if not self.validate():
            return False
        new = self.part(before, table, kind)
        if kind.schema is None or new is None:
            return True
        try:
            msgspec.convert(new, kind.schema)
        except msgspec.ValidationError as error:
            words, _at, place = str(error).partition(" - at `$.")
            self.say(place.split("`")[0].split("[")[0].split(".")[0], in_french(words))
            return False
        return True

    def say(self, name: str, words: str) -> None:
        """Beside that field; what no field holds, beside the first."""
        visible = [field for field in self if field.short_name not in self.extra]
        field = next((each for each in visible if each.short_name == name), visible[0])
        field.errors = [*field.errors, words]


def _is_silent(key: str, value: Any) -> bool:
    """What goes without saying is not written; but a false answer to what is true by itself is."""
    return value is None or value == "" or value == [] or (value is False and key not in ("required", "patient"))


class WordsFields(WritingForm):
    title = typed(later("Titre"), most=80)
    short_title = typed(later("Titre court"), most=40, told=later("Sur un bouton."))
    explanation = typed(later("Explication"), long=True, told=later("Lue par la personne qui demande."))
    agreement = typed(later("Accord du patient"), long=True, told=later("Lu au patient avant l'envoi."))
    aim = one_of(later("Pour quoi"), AIMS)
    modes = ticked(later("Où se font les soins"), MODES, must=True)
    starts = ticked(
        later("Qui peut demander"), PLACES, told=later("Les lieux dont l'équipe peut partir. Aucun coché : tous.")
    )
    often = ticked(later("Qui le demande le plus"), PLACES, told=later("Il y est proposé en premier."))
    several = BooleanField(later("Plusieurs motifs peuvent être demandés ensemble"))
    recurring = BooleanField(later("Les soins peuvent revenir pendant plusieurs jours"))
    order = counted(later("Rang parmi les parcours"), 0, 1000)
    icon = one_of(later("Dessin"), ICONS)
    icons: ClassVar[dict[str, dict[str, str]]] = {"icon": {name: name for name in ICONS}}


class ReasonFields(WritingForm):
    label = typed(later("Motif"), most=80, told=later("Lu par la personne qui demande."))
    care = typed(
        later("Sur le téléphone"),
        most=60,
        told=later("Une famille de soins, jamais un diagnostic : cela s'affiche sur un écran verrouillé."),
    )
    shown = typed(
        later("Avant d'accepter"), most=80, must=False, told=later("De quoi juger, et commun à beaucoup de personnes.")
    )
    minutes = counted(later("Durée du soin, en minutes"), 1, 24 * 60)
    profession = chosen(later("Qui est contacté"), {"": later("Comme tout le parcours"), **WHO})
    skill = chosen(later("Savoir-faire recherché d'abord"), {"": later("Aucun"), **SKILLS})
    urgent = BooleanField(later("Urgent : sonne à toute heure"))
    once = BooleanField(later("Une seule fois, même si les autres soins reviennent"))
    patient = BooleanField(later("Concerne un patient"))
    icon = one_of(later("Dessin"), ICONS)
    icons: ClassVar[dict[str, dict[str, str]]] = {"icon": {name: name for name in ICONS}}


class OptionForm(PlainForm):
    """One answer; without words it is left out."""

    slug = HiddenField()
    label = StringField(
        later("Réponse"), [Length(max=80, message=later("%(most)s lettres au plus.", most=80))], filters=[stripped]
    )
    stops = StringField(
        later("Si elle empêche la demande : pourquoi"),
        [Length(max=500, message=later("%(most)s lettres au plus.", most=500))],
        filters=[stripped],
    )


MOST_OPTIONS, SPARE_OPTIONS = 40, 3
QUESTIONS = {
    "choice": later("Une réponse dans une liste"),
    "choices": later("Plusieurs réponses dans une liste"),
    "number": later("Un nombre"),
    "date": later("Une date"),
    "text": later("Quelques mots"),
    "long-text": later("Un texte"),
}


class QuestionFields(WritingForm):
    label = typed(later("Question"), most=120)
    kind = one_of(later("On y répond par"), QUESTIONS)
    options = FieldList(FormField(OptionForm), later("Réponses de la liste"), max_entries=MOST_OPTIONS)
    help = typed(later("Aide sous la question"), must=False)
    unit = typed(later("Unité, pour un nombre"), most=20, must=False)
    required = BooleanField(later("Réponse obligatoire"))
    shown = BooleanField(later("Réponse montrée avant l'acceptation"))
    reasons = ticked(later("Seulement pour ces motifs"), told=later("Aucun coché : pour tous."))
    only_if = chosen(later("Seulement après cette réponse"), {})

    def offer(self, table: Table, n: int) -> None:
        self.reasons.choices = reasons_of(table)
        above = [each for each in parts_of(table, KINDS["questions"])[:n] if each.get("options")]
        self.only_if.choices = [("", _("Toujours"))] + [
            (f"{each['slug']}={option['slug']}", f"{said(each['label'])} {said(option['label'])}")
            for each in above
            for option in each["options"]
        ]
        while len(self.options) < MOST_OPTIONS and self._spare() < SPARE_OPTIONS:
            self.options.append_entry()

    def _spare(self) -> int:
        return sum(not entry.form.label.data for entry in self.options)

    @staticmethod
    def filled(kept: Table) -> Table:
        return {**kept, "only_if": "=".join(kept.get("only_if", ()))}

    def shaped(self, new: Table) -> Table | None:
        written = [entry for entry in new.pop("options", []) if entry["label"]]
        taken = {entry["slug"] for entry in written if entry["slug"]}
        options = []
        for entry in written:
            slug = entry["slug"] or slug_of(entry["label"], taken)
            taken.add(slug)
            options.append(
                {"slug": slug, "label": entry["label"], **({"stops": entry["stops"]} if entry["stops"] else {})}
            )
        if options:
            new["options"] = options
        if "only_if" in new:
            new["only_if"] = new["only_if"].split("=")
        return new


class WindowFields(WritingForm):
    extra: ClassVar[frozenset[str]] = WritingForm.extra | {"how"}
    label = typed(later("Délai"), most=60)
    how = one_of(
        later("Il se compte"),
        {"hours": later("En heures, dès maintenant"), "day": later("Un jour, d'une heure à une autre")},
    )
    hours = counted(later("Heures à partir de maintenant"), 1, MONTH // 60, must=False)
    day = counted(later("Dans combien de jours"), 0, 31, must=False, told=later("0 : aujourd'hui."))
    from_hour = counted(later("De quelle heure"), 0, 23, must=False)
    to_hour = counted(later("À quelle heure"), 0, 23, must=False)

    @staticmethod
    def filled(kept: Table) -> Table:
        if kept.get("hours") or "how" in kept:
            return {"how": "hours", **kept}
        return {"how": "day", "day": 0, "from_hour": 0, **kept}

    def lacks(self) -> Iterator[tuple[str, str]]:
        if self.how.data == "hours" and not self.hours.data:
            yield "hours", _("Écrivez un nombre.")

    def shaped(self, new: Table) -> Table | None:
        others = ("day", "from_hour", "to_hour") if self.how.data == "hours" else ("hours",)
        return {key: value for key, value in new.items() if key not in others}


STAGES = {
    "circle": later("Le professionnel habituel du patient"),
    "practice": later("Les collègues de son cabinet"),
    "near": later("Les professionnels proches"),
    "other": later("D'autres professions proches"),
    "chosen": later("L'établissement choisi"),
}


class StageFields(WritingForm):
    kind = one_of(later("Qui est contacté"), STAGES)
    km = counted(later("Distance, en km"), 1, 200, must=False, told=later("Pour les professionnels proches seulement."))
    offers = counted(later("Personnes à la fois"), 1, 100)
    offer_minutes = counted(later("Minutes pour répondre"), 1, MONTH)
    minutes = counted(later("Minutes avant la suite"), 1, MONTH)
    professions = ticked(later("Quelles autres professions"), WHO)
    reasons = ticked(later("Seulement pour ces motifs"), told=later("Aucun coché : pour tous."))

    def offer(self, table: Table, n: int) -> None:
        self.reasons.choices = reasons_of(table)

    @staticmethod
    def filled(kept: Table) -> Table:
        return {"offers": 1, **kept}


class SearchFields(WritingForm):
    extra: ClassVar[frozenset[str]] = WritingForm.extra | {"from_hour", "to_hour"}
    profession = chosen(later("Profession recherchée"), WHO)
    choice = one_of(
        later("Qui est retenu"),
        {
            "first": later("Le premier oui"),
            "requester": later("Celui que choisit la personne qui demande"),
        },
    )
    proposals = counted(later("Nombre de propositions"), 1, 20)
    from_hour = counted(
        later("On patiente à partir de, en heures"), 0, 23, must=False, told=later("Vide : jour et nuit.")
    )
    to_hour = counted(later("On patiente jusqu'à, en heures"), 0, 23, must=False)
    answer_hours = counted(
        later("Heures avant que la coordination reprenne la main"),
        1,
        MONTH // 60,
        must=False,
        told=later("Vide : quand le délai demandé est passé."),
    )
    around = one_of(
        later("Proche de qui"), {"patient": later("Du patient"), "requester": later("De la personne qui demande")}
    )
    skilled = BooleanField(later("Seulement qui a le savoir-faire recherché"))
    place = chosen(
        later("Établissement à choisir dans la demande"),
        {"": later("Aucun"), **{kind.value: PROFESSIONS[kind][0] for kind in SERVICES}},
    )

    @staticmethod
    def filled(kept: Table) -> Table:
        first, last = kept.get("hours") or (None, None)
        return {**kept, "from_hour": first, "to_hour": last}

    def lacks(self) -> Iterator[tuple[str, str]]:
        if (self.from_hour.data is None) != (self.to_hour.data is None):
            yield "to_hour", _("Écrivez les deux heures, ou aucune.")

    def shaped(self, new: Table) -> Table | None:
        if self.from_hour.data is not None:
            new["hours"] = [self.from_hour.data, self.to_hour.data]
        return new

    def say(self, name: str, words: str) -> None:
        super().say({"hours": "to_hour"}.get(name, name), words)


OWNERS = {"performer": later("Qui accepte"), "requester": later("Qui demande")}


class AfterFields(WritingForm):
    start_hours = counted(
        later("Heures avant l'alerte si rien n'a commencé"),
        1,
        MONTH // 60,
        told=later("Comptées depuis l'acceptation."),
    )
    start_label = typed(later("Bouton du début"), most=60)
    finish_label = typed(later("Bouton de la fin"), most=60)
    usual = chosen(later("Devient le professionnel habituel du patient"), {"": later("Personne"), **OWNERS})
    checklist = typed(
        later("À voir pendant le rendez-vous"), most=4000, must=False, long=True, told=later("Un point par ligne.")
    )
    free = BooleanField(later("Gratuit pour le patient"))
    outcome_to = ticked(later("Qui lit aussi ce qui a été fait"), WHO)
    opinion_hours = counted(
        later("Heures pour rendre un avis écrit"),
        1,
        MONTH // 60,
        must=False,
        told=later("Comptées depuis la demande. Vide : des soins, pas un avis."),
    )

    @staticmethod
    def filled(kept: Table) -> Table:
        return {**kept, "checklist": "\n".join(kept.get("checklist", ()))}

    def shaped(self, new: Table) -> Table | None:
        if "checklist" in new:
            new["checklist"] = [line.strip() for line in new["checklist"].splitlines() if line.strip()]
        return new


class TaskFields(WritingForm):
    label = typed(later("Tâche"), most=120)
    owner = one_of(later("Qui la fait"), OWNERS)
    due_hours = counted(later("Heures pour la faire"), 1, MONTH // 60, told=later("Comptées depuis l'acceptation."))


MOMENTS = {
    "accept": later("À l'acceptation"),
    "start": later("Au début des soins"),
    "finish": later("À la fin des soins"),
}


class CopyFields(WritingForm):
    to = chosen(later("À qui"), WHO, told=later("Le professionnel habituel du patient, qui n'a pas à répondre."))
    on = one_of(later("Quand"), MOMENTS)
    text = typed(later("Message"), long=True)


class SignOffFields(WritingForm):
    extra: ClassVar[frozenset[str]] = WritingForm.extra | {"wanted"}
    wanted = BooleanField(later("Un médecin senior décide avant l'envoi"))
    label = typed(
        later("Ce qui est demandé"), most=120, must=False, told=later("Par exemple : qui décide de la réorientation ?")
    )
    number = typed(
        later("Numéro du protocole"),
        most=40,
        must=False,
        told=later("Sous un protocole de votre établissement, une infirmière décide seule. Vide : un médecin senior."),
    )
    version = typed(later("Version du protocole"), most=20, must=False)
    author = typed(later("Auteur du protocole"), most=120, must=False)
    validated_on = DayField(later("Validé le"), [Optional()])

    PROTOCOL: ClassVar[tuple[str, ...]] = ("number", "version", "author", "validated_on")

    @staticmethod
    def filled(kept: Table) -> Table:
        protocol = dict(kept.get("protocol") or {})
        if protocol:
            protocol["validated_on"] = date.fromisoformat(str(protocol["validated_on"]))
        return {"wanted": bool(kept), "label": kept.get("label", ""), **protocol}

    def lacks(self) -> Iterator[tuple[str, str]]:
        """All of a protocol, or none of it."""
        protocol = [name for name in self.PROTOCOL if self[name].data]
        if self.wanted.data:
            for name in ("label", *(self.PROTOCOL if protocol else ())):
                if not self[name].data:
                    yield name, _("Il manque cette valeur.")

    def shaped(self, new: Table) -> Table | None:
        if not self.wanted.data:
            return None
        protocol = {key: str(new.pop(key)) for key in self.PROTOCOL if key in new}
        return {"label": new["label"], **({"protocol": protocol} if protocol else {})}


class AttachmentFields(WritingForm):
    extra: ClassVar[frozenset[str]] = WritingForm.extra | {"wanted"}
    wanted = BooleanField(later("Un document peut être joint"))
    label = typed(later("Nom du document"), most=60, must=False)
    help = typed(later("Aide"), must=False)
    type = chosen(
        later("Le plus souvent"),
        {
            "prescription": later("Ordonnance"),
            "lab-result": later("Résultat d'examen"),
            "liaison-letter": later("Lettre de liaison"),
            "wound-photo": later("Photo de plaie"),
            "other": later("Autre"),
        },
    )

    @staticmethod
    def filled(kept: Table) -> Table:
        return {**kept, "wanted": "label" in kept}

    def lacks(self) -> Iterator[tuple[str, str]]:
        if self.wanted.data and not self.label.data:
            yield "label", _("Écrivez quelques mots.")

    def shaped(self, new: Table) -> Table | None:
        return new if self.wanted.data else None


FORMS: dict[str, type[WritingForm]] = {
    "words": WordsFields,
    "reasons": ReasonFields,
    "questions": QuestionFields,
    "windows": WindowFields,
    "attachment": AttachmentFields,
    "sign-off": SignOffFields,
    "search": SearchFields,
    "stages": StageFields,
    "after": AfterFields,
    "tasks": TaskFields,
    "copies": CopyFields,
}


def form_for(table: Table, kind: PartKind, n: int, **arguments: Any) -> WritingForm:
    """The fields of this part, filled with what it says now unless something was sent."""
    here, form_class = part_at(table, kind, n), FORMS[kind.slug]
    usual = DEFAULTS.get(kind.slug, {})
    if kind.several and here:
        usual = {key: True for key in ("required", "patient") if hasattr(form_class, key)}
    kept = {**usual, **(here or {})}
    form = form_class(data=form_class.filled(kept), **arguments)
    form.offer(table, n)
    for field in form:
        if isinstance(field, SeveralField):
            _keep_order(field)
    return form


def _keep_order(field: SeveralField) -> None:
    """What was chosen comes first, as it was: the first mode is the one that is proposed."""
    choices = words_of(field)
    first = [key for key in field.data or () if key in choices]
    field.choices = {key: choices[key] for key in dict.fromkeys([*first, *choices])}


def words_of(field: Field) -> dict[str, str]:
    """Of each of its choices."""
    choices = getattr(field, "choices", None) or {}
    return dict(choices.items() if isinstance(choices, dict) else choices)


def reasons_of(table: Table) -> dict[str, str]:
    return {each["slug"]: said(each["label"]) for each in parts_of(table, KINDS["reasons"])}


class NewForm(Form):
    """A pathway of one's own, from another one or from nothing."""

    title = StringField(
        later("Comment s'appelle-t-il ?"),
        [
            InputRequired(later("Écrivez un titre.")),
            Length(max=80, message=later("%(most)s lettres au plus.", most=80)),
        ],
        filters=[stripped],
    )
    model = SelectField(later("En partant de"), description=later("Vous changerez tout ce que vous voulez."))

    def offer(self, models: dict[str, Pathway]) -> None:
        self.model.choices = [("", _("Rien : un parcours vide"))] + [
            (slug, said(each.title)) for slug, each in models.items()
        ]


class FileForm(Form):
    """A pathway's file, as another territory exported it."""

    file = FileField(later("Fichier du parcours"), description=later("Un fichier .toml, exporté de Relais."))
