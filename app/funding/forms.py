"""The forms of estimates, of requests to funders and of the contract."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from wtforms import BooleanField, Field, HiddenField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.core.db import new_id
from app.core.forms import DayField, Form, NumberField, PhoneField, stripped, uuid_or_none
from app.costs.rules import ZERO
from app.costs.terms import PRICED_BY_LAW, WITH_PART, FundingSituation, Payer, ServiceKind, WantedService
from app.costs.words import PARTS, PAYERS, PRICES, QUANTITIES
from app.funding.rules import FundingState
from app.funding.words import FUNDER_VERBS, FUNDERS
from app.language.phrases import gettext as _
from app.language.phrases import later
from app.organizations.models import Organization

MOST = 100_000
HUGE = later("Un montant entre 0 et 100 000.")


def exact(field: Field) -> Decimal | None:
    """What was typed, to the digit."""
    return None if field.data is None else Decimal(str(field.data))


def text(most: int) -> Length:
    return Length(max=most, message=later("C'est trop long."))


class AmountField(NumberField):
    """Euros, hours or parts of a hundred; empty where it is not known."""

    def __init__(self, label: str, description: str = "", most: float = MOST, **more: Any) -> None:
        bounds = NumberRange(0, most, HUGE if most == MOST else later("Entre 0 et 100."))
        super().__init__(
            label, [Optional(), bounds], description=description, render_kw={"inputmode": "decimal"}, **more
        )


class PlacedForm(Form):
    """`key`: the future row's own id, given when the form is shown: sent twice, it is one."""

    key = HiddenField()
    place = RadioField(later("Au nom de"), validators=[InputRequired(later("Choisissez."))])

    def stand_in(self, places: Sequence[Organization]) -> None:
        self.place.choices = {str(place.id): place.name for place in places}
        if not self.is_submitted():
            self.place.data = str(places[0].id)
        self.key.data = str(self.wanted_id or new_id())

    @property
    def wanted_id(self) -> UUID | None:
        """None when the hidden field was tampered with."""
        return uuid_or_none(self.key.data)


GRANTED = {
    "": later("Rien encore"),
    **{each.value: PAYERS[each] for each in (Payer.APA, Payer.FUND, Payer.PCH, Payer.DEPARTMENT)},
}


class SituationForm(PlacedForm):
    """A few questions, for this estimate alone."""

    age = IntegerField(
        later("Âge"),
        validators=[InputRequired(later("Écrivez l'âge.")), NumberRange(0, 120, later("Entre 0 et 120 ans."))],
    )
    gir = RadioField(
        later("GIR"),
        choices={**{str(each): str(each) for each in range(1, 7)}, "": later("Pas connu")},
        default="",
        validators=[Optional()],
    )
    decided = BooleanField(later("Le département a décidé ce GIR (ce n'est pas une estimation)"))
    living = RadioField(
        later("Elle vit"), choices={"alone": later("Seule"), "couple": later("En couple")}, default="alone"
    )
    resources = AmountField(
        later("Ressources du foyer par mois"),
        later("Revenu fiscal de référence divisé par 12, sans aides au logement. Ne sert qu'à cette estimation."),
    )
    complement = RadioField(
        later("Complémentaire santé"),
        choices={"none": later("Aucune"), "mutual": later("Mutuelle"), "c2s": later("C2S")},
        default="mutual",
    )
    regime = RadioField(
        later("Caisse de retraite"),
        choices={"general": later("Cnav, Carsat"), "msa": later("MSA"), "other": later("Autre")},
        default="general",
    )
    ald = BooleanField(later("Les soins comptés sont ceux d'une ALD"))
    leaving = BooleanField(later("Elle est à l'hôpital et va sortir"))
    before_60 = BooleanField(later("Ses difficultés ont commencé avant 60 ans"))
    urgent = BooleanField(later("Urgence attestée : demander l'APA d'urgence"))
    granted = RadioField(later("Déjà accordé"), choices=GRANTED, default="", validators=[Optional()])
    granted_amount = AmountField(later("Montant accordé par mois"), later("Celui de la notification."))
    fund_part = AmountField(
        later("Sa participation, écrite par la caisse"), later("En pour cent, de 10 à 73."), most=100
    )
    tariff = AmountField(
        later("Tarif de l'heure retenu par le département"), later("Sans lui, le tarif plancher national est compté.")
    )
    department = StringField(later("Département"), filters=[stripped], validators=[Optional(), text(40)])
    months = RadioField(
        later("Compter sur"),
        choices={"1": later("1 mois"), "3": later("3 mois"), "6": later("6 mois"), "12": later("1 an")},
        default="3",
    )

    def situation(self) -> FundingSituation:
        """Only after validation."""
        part = exact(self.fund_part)
        return FundingSituation(
            age=self.age.data or 0,
            gir=int(self.gir.data) if self.gir.data else None,
            decided=self.decided.data,
            couple=self.living.data == "couple",
            resources=exact(self.resources),
            ald=self.ald.data,
            complement=self.complement.data,
            regime=self.regime.data,
            before_60=self.before_60.data,
            leaving=self.leaving.data,
            urgent=self.urgent.data,
            department=self.department.data or "",
            tariff=exact(self.tariff),
            granted=Payer(self.granted.data) if self.granted.data else None,
            granted_amount=exact(self.granted_amount),
            fund_part=None if part is None else part / 100,
            months=int(self.months.data),
        )

    def show(self, said: FundingSituation) -> None:
        """As it was said before."""
        as_it_is = ("age", "decided", "ald", "complement", "regime", "before_60", "leaving", "urgent", "department")
        for name in (*as_it_is, "resources", "tariff", "granted_amount"):
            self[name].data = getattr(said, name)
        self.gir.data, self.months.data = str(said.gir or ""), str(said.months)
        self.living.data = "couple" if said.couple else "alone"
        self.granted.data = said.granted.value if said.granted else ""
        self.fund_part.data = None if said.fund_part is None else float(said.fund_part * 100)


class ServiceForm(Form):
    """One service: how much of it, and what one costs."""

    quantity: NumberField
    kind: ServiceKind

    @classmethod
    def of(cls, kind: ServiceKind, before: WantedService | None) -> "ServiceForm":
        asked = InputRequired(_("Écrivez un nombre."))
        bounds = NumberRange(Decimal("0.01"), 10_000, _("Un nombre entre 0 et 10 000."))
        numbers = {"inputmode": "decimal"}
        fields: dict[str, Any] = {"quantity": NumberField(str(QUANTITIES[kind]), [asked, bounds], render_kw=numbers)}
        if kind not in PRICED_BY_LAW:
            most = NumberRange(Decimal("0.01"), MOST, str(HUGE))
            fields["price"] = NumberField(str(PRICES[kind]), [asked, most], render_kw=numbers)
        if kind in WITH_PART:
            fields["part"] = AmountField(str(PARTS[kind]))
        form = cast(ServiceForm, type("FormOfService", (cls,), {"kind": kind, **fields})())
        if before and not form.is_submitted():
            for name in fields:
                form[name].data = getattr(before, name)
        return form

    def wanted(self) -> WantedService:
        """Only after validation."""
        quantity, price, part = (exact(self[name]) if name in self else None for name in ("quantity", "price", "part"))
        return WantedService(self.kind, quantity or ZERO, price, part or ZERO)


class AskForm(PlacedForm):
    """Something to be asked of a funder."""

    funder = RadioField(
        later("Quoi demander"),
        choices={each.value: words for each, words in FUNDERS.items()},
        validators=[InputRequired(later("Choisissez."))],
    )
    deadline = DayField(
        later("À envoyer avant le"),
        validators=[Optional()],
        description=later("Pour une aide à demander avant la sortie, la date de sortie prévue compte toute seule."),
    )
    note = TextAreaField(later("Ce qui manque au dossier"), filters=[stripped], validators=[text(1000)])


class AnswerForm(Form):
    """What became of a request. `amount`: what was granted; `why`, `appeal_by`: of a refusal."""

    to = RadioField(later("Où en est-elle ?"), validators=[InputRequired(later("Choisissez."))])
    amount = StringField(later("Montant accordé"), filters=[stripped], validators=[text(60)])
    why = TextAreaField(later("Motif du refus"), filters=[stripped], validators=[text(1000)])
    appeal_by = DayField(later("Recours possible jusqu'au"), validators=[Optional()])

    @classmethod
    def of(cls, moves: Sequence[FundingState]) -> "AnswerForm":
        form = cls()
        form.to.choices = {each.value: str(FUNDER_VERBS[each]) for each in moves}
        if len(moves) == 1 and not form.is_submitted():
            form.to.data = moves[0].value
        return form


NOT_A_NUMBER = later("Écrivez un nombre entier.")


class ContractForm(PlacedForm):
    """As it stands in the contract, and nothing else."""

    insurer = StringField(
        later("Assureur ou assistance"),
        filters=[stripped],
        validators=[InputRequired(later("Écrivez le nom.")), text(120)],
    )
    number = StringField(later("Numéro du contrat"), filters=[stripped], validators=[text(60)])
    phone = PhoneField(later("Téléphone de l'assistance"))
    hours = IntegerField(
        later("Heures d'aide à domicile, en tout"),
        validators=[InputRequired(NOT_A_NUMBER), NumberRange(0, 1000, later("Entre 0 et 1 000."))],
    )
    least_nights = IntegerField(
        later("Nuits d'hôpital au moins"), validators=[Optional(), NumberRange(0, 365, later("Entre 0 et 365."))]
    )
    within_days = IntegerField(
        later("Jours après la sortie"), validators=[Optional(), NumberRange(0, 365, later("Entre 0 et 365."))]
    )
    before_exit = BooleanField(later("Il faut les appeler avant la sortie"), default=True)
    terms = TextAreaField(
        later("Ce que dit le contrat"),
        description=later("Mot à mot, avec la page."),
        filters=[stripped],
        validators=[text(2000)],
    )
