"""The French words of an answer."""

from app.directory.models import PractitionerRole, Profession
from app.directory.words import SKILLS, skills_of_house, skills_of_person
from app.dispatch.answers import AnswerResult
from app.language.phrases import gettext as _
from app.language.phrases import later

SETTLED: dict[AnswerResult, str] = {
    AnswerResult.WON: later("vous l'avez acceptée."),
    AnswerResult.PROPOSED: later("proposition transmise."),
    AnswerResult.REFUSED: later("refus enregistré."),
    AnswerResult.RELAYED: later("passée à une ou un collègue."),
}
"""What became of a tap that counts."""

STANDS: dict[str, str] = {
    "open": later("cette partie ne peut plus être prise seule. Elle attend encore votre réponse."),
    "proposed": later("votre proposition est transmise, la personne qui demande choisit."),
    "won": later("elle est à votre nom. Pour la rendre, désistez-vous depuis la visite."),
    "refused": later("cette demande n'attend plus de réponse."),
    "relayed": later("vous l'avez passée à une ou un collègue."),
    "lost": later("déjà prise par une ou un collègue. Merci d'avoir répondu."),
    "expired": later("le délai était passé."),
    "cancelled": later("la demande a été annulée."),
    "given-back": later("votre désistement est noté. Cette visite ne vous attend plus."),
    "taken-back": later("elle n'est plus à votre nom. Ne vous déplacez pas."),
}
"""What stands instead of a tap that does not count; by `queries.standing`."""

LANGUAGES = ("arabic", "english", "portuguese", "turkish", "sign")


def skills_for(role: PractitionerRole) -> dict[str, dict[str, str]]:
    """What this role may say of itself, under its title: care or beds, and languages."""
    own = skills_of_house(role.profession)
    if role.practitioner_id is not None:
        own = {slug: words for slug, words in skills_of_person(role.profession).items() if slug not in LANGUAGES}
    title = {Profession.WARD: _("Lits"), Profession.IMAGING: _("Examens")}.get(role.profession, _("Soins"))
    groups = {title: own, _("Langues"): {slug: SKILLS[slug] for slug in LANGUAGES}}
    return {title: skills for title, skills in groups.items() if skills}
