"""What an administrator writes of a part of her establishment."""

from wtforms import BooleanField, RadioField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from app.administration.actions import ANSWERS
from app.care_requests.queries import rulebooks
from app.core.forms import Form, PhoneField, SeveralField, stripped
from app.directory.words import PROFESSIONS, skills_of_house
from app.language.phrases import gettext as _
from app.language.phrases import later, said
from app.language.words import phone
from app.organizations.actions import Description
from app.organizations.forms import CommuneField, helped
from app.organizations.models import Organization
from app.organizations.places import Place
from app.organizations.rules import kinds_within
from app.organizations.words import KINDS
from app.pathways.schema import Pathway


class DescriptionForm(Form):
    """How it is named and reached."""

    name = StringField(
        later("Nom"),
        filters=[stripped],
        description=later("Comme on le dit entre collègues, par exemple : Médecine polyvalente."),
        validators=[DataRequired(later("Écrivez le nom.")), Length(max=100, message=later("100 lettres au plus."))],
    )
    phone = PhoneField(
        later("Téléphone à appeler pour un patient"), validators=[DataRequired(later("Écrivez le numéro à appeler."))]
    )
    contact = StringField(
        later("Qui répond, et quand"),
        filters=[stripped],
        description=later("Une fonction, jamais un nom : cadre du service, 9 h à 17 h."),
        validators=[Length(max=100, message=later("100 lettres au plus."))],
    )
    address = StringField(
        later("Adresse"), filters=[stripped], validators=[Length(max=200, message=later("200 lettres au plus."))]
    )
    commune = CommuneField(later("Commune"), validators=[DataRequired(later("Écrivez la commune."))])

    @classmethod
    def near(cls, organization: Organization) -> "DescriptionForm":
        """For a part of this organization, which most often stands at the same place."""
        return cls._prepared(organization, phone="", address=organization.address)

    @classmethod
    def of(cls, organization: Organization) -> "DescriptionForm":
        """As it is written today."""
        return cls._prepared(
            organization,
            name=organization.name,
            phone=phone(organization.phone),
            contact=organization.contact,
            address=organization.address,
        )

    @classmethod
    def _prepared(cls, organization: Organization, **written: str) -> "DescriptionForm":
        town = organization.postal_code or organization.commune.postal_code or organization.commune.name
        form = cls(commune=f"{town} {organization.commune.name}", **written)
        helped(form.commune, organization.commune)
        return form

    def say_named_already(self) -> None:
        self.name.errors = [_("Un service de cet établissement porte déjà ce nom.")]

    def described(self) -> Description:
        """Only after validation."""
        place = self.commune.meant.place
        if not isinstance(place, Place):
            raise ValueError("the form was not validated")
        return Description(
            name=self.name.data or "",
            phone=self.phone.e164 or "",
            contact=self.contact.data or "",
            address=self.address.data or "",
            place=place,
        )


class PartForm(DescriptionForm):
    """A new part of an establishment. `may_answer`: those kinds of it that can be asked for something."""

    kind = RadioField(
        later("Qu'est-ce que c'est ?"), validators=[InputRequired(later("Choisissez ce que vous ouvrez."))]
    )
    answers = BooleanField(later("On peut lui adresser des demandes"), default=True)

    def offer(self, parent: Organization) -> None:
        """Show what may stand within `parent`; call before validating."""
        self.kind.choices = {kind: str(KINDS[kind]) for kind in kinds_within(parent.kind)}
        self.may_answer = [kind for kind in self.kind.choices if kind in ANSWERS]


class RequestsForm(Form):
    """What an organization is asked for, and what its people are offered to ask."""

    welcome = BooleanField()
    skills = SeveralField(later("Ce qu'il peut donner"))
    offered = SeveralField(
        later("Ce que l'équipe peut demander"), validators=[InputRequired(later("Laissez-lui au moins une demande."))]
    )

    @classmethod
    def of(cls, organization: Organization, welcome: bool, skills: list[str], withheld: set[str]) -> "RequestsForm":
        startable = startable_by(organization)
        offered = [each for each in startable if each not in withheld]
        form = cls(data={"welcome": welcome, "skills": skills, "offered": offered})
        answers = ANSWERS.get(organization.kind)
        if answers is None:
            del form.welcome, form.skills
        else:
            form.welcome.label.text = _("Reçoit des demandes, comme %(what)s", what=PROFESSIONS[answers][0])
            form.skills.choices = {slug: str(words) for slug, words in skills_of_house(answers).items()}
            if not form.skills.choices:
                del form.skills
        form.offered.choices = {slug: said(pathway.short_title) for slug, pathway in startable.items()}
        return form

    def withheld(self, organization: Organization) -> set[str]:
        return set(startable_by(organization)) - set(self.offered.data or ())


def startable_by(organization: Organization) -> dict[str, Pathway]:
    """What is offered to people of such a place."""
    known = rulebooks([organization.id])
    return {slug: each for slug, each in known.items() if not each.starts or organization.kind in each.starts}
