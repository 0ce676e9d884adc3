"""The mails of this room: their words, composed when they leave (`app/letters`)."""

from datetime import datetime

from flask import current_app

from app.accounts.mails import to_person
from app.config import Settings
from app.core.db import db
from app.language.phrases import gettext as _
from app.language.phrases import later
from app.letters import kinds
from app.letters.kinds import LetterKind, Words
from app.letters.models import Letter
from app.membership.codes import ADDRESS_CODE, codes_of
from app.membership.models import Invitation, MembershipLetter
from app.membership.recovery import stop_token
from app.organizations.queries import names_of

WORDS = later("""\
Bonjour %(given_name)s,

%(place)s vous invite sur Relais.

1. Ouvrez cette page sur le téléphone ou l'ordinateur dont vous vous servirez :
   %(url)s
2. Recopiez ce code : %(code)s

Le code vaut jusqu'au lendemain de l'invitation, une seule fois. Ne le donnez à personne :
Relais ne vous le demandera jamais par téléphone.

Vous n'attendiez pas ce message ? Ne faites rien, l'invitation s'éteindra d'elle-même.
""")

WORDS_OF_RECOVERY = later("""\
Bonjour %(given_name)s,

Deux administrateurs de votre organisation vous ont rendu l'accès à Relais.

1. Ouvrez cette page sur le téléphone ou l'ordinateur dont vous vous servirez :
   %(url)s
2. Recopiez le code que l'un d'eux vous donne de vive voix : il n'est dans aucun e-mail.

Vos anciennes clés d'accès ne serviront plus.
""")

SUBJECTS = {
    MembershipLetter.RECOVERY_ASKED: later("Relais : quelqu'un demande à vous rendre l'accès"),
    MembershipLetter.RECOVERY_CONFIRMED: later("Relais : votre accès sera rétabli dans 24 heures"),
    MembershipLetter.RECOVERY_CANCELLED: later("Relais : votre accès ne sera pas rétabli"),
    MembershipLetter.RECOVERED: later("Relais : votre accès est rétabli"),
    MembershipLetter.JOINED: later("Relais : votre accès est créé"),
    MembershipLetter.ADDRESS_CODE: later("Relais : votre code"),
    MembershipLetter.ACCESS_REFUSED: later("Relais : votre demande d'accès n'est pas acceptée"),
    MembershipLetter.ACCESS_KNOWN: later("Relais : quelqu'un a demandé un accès à votre nom"),
    MembershipLetter.EMAIL_CHANGED: later("Relais : votre adresse e-mail a changé"),
    MembershipLetter.ACCOUNT_CLOSED: later("Relais : votre compte est fermé"),
}
TEXTS = {
    MembershipLetter.RECOVERY_ASKED: later("""\
Un administrateur déclare que vous avez perdu toutes vos clés d'accès. Il faut qu'un second
administrateur le confirme, puis 24 heures. Si ce n'est pas vrai, arrêtez tout :
%(url)s"""),
    MembershipLetter.RECOVERY_CONFIRMED: later("""\
Deux administrateurs déclarent que vous avez perdu toutes vos clés d'accès. Dans 24 heures, un
lien vous permettra d'en créer une. Si ce n'est pas vrai, arrêtez tout :
%(url)s"""),
    MembershipLetter.RECOVERY_CANCELLED: later("""\
La demande de vous rendre l'accès est annulée. Vos clés d'accès restent les mêmes."""),
    MembershipLetter.RECOVERED: later("""\
Vous avez créé une nouvelle clé d'accès. Les anciennes ne servent plus, et tous vos appareils
sont déconnectés. Ce n'était pas vous ? Appelez tout de suite votre administrateur."""),
    MembershipLetter.JOINED: later("""\
Votre accès à Relais vient d'être créé, depuis une invitation montrée sur l'écran d'un collègue. Ce
n'était pas vous ? Appelez tout de suite votre administrateur."""),
    MembershipLetter.ADDRESS_CODE: later("""\
Recopiez ce code dans la page de Relais restée ouverte : %(code)s

Il vaut dix minutes, une seule fois. Ne le donnez à personne : Relais ne vous le demandera
jamais par téléphone. Vous n'attendiez pas ce message ? Ne faites rien."""),
    MembershipLetter.ACCESS_REFUSED: later("""\
La coordination de votre secteur n'a pas accepté votre demande d'accès. Vous pensez que c'est
une erreur ? Appelez-la."""),
    MembershipLetter.ACCESS_KNOWN: later("""\
Quelqu'un vient de demander un accès à Relais avec votre numéro RPPS. Vous en avez déjà un :
personne n'en reçoit un second. C'était vous, et vos clés d'accès sont perdues ? Appelez votre
administrateur. Sinon, ne faites rien."""),
    MembershipLetter.EMAIL_CHANGED: later("""\
L'adresse e-mail de votre compte n'est plus celle-ci. Ce n'était pas vous ? Appelez tout de suite
votre administrateur."""),
    MembershipLetter.ACCOUNT_CLOSED: later("""\
Votre compte est fermé, à votre demande. Vos clés d'accès ne servent plus et tous vos appareils
sont déconnectés. Ce n'était pas vous ? Appelez tout de suite votre administrateur."""),
}


def invitation_words(letter: Letter, now: datetime) -> Words | None:
    """Nothing personal in it but the person's own first name; None once it was answered, or another took its place."""
    made = db.session.get(Invitation, letter.subject_id)
    if made is None or made.answered_at or made.expires_at <= now:
        return None
    text = WORDS_OF_RECOVERY if letter.kind == MembershipLetter.RECOVERY_INVITATION else WORDS
    url = f"{_base_url()}/invitation/{made.id}"
    text = text % {"given_name": letter.given_name, "place": _place(made), "url": url, "code": made.code}
    return Words(text, _("Votre accès à Relais"))


def _place(made: Invitation) -> str:
    """Which organization invites; none after lost passkeys."""
    place = made.organization_id
    return names_of([place])[place] if place else ""


def news_words(letter: Letter, _now: datetime) -> Words:
    kind, base_url, subject_id = MembershipLetter(letter.kind), _base_url(), letter.subject_id
    url = f"{base_url}/recoveries/{subject_id}/{stop_token(subject_id)}"
    text = TEXTS[kind] % {"url": url, "code": codes_of(ADDRESS_CODE, subject_id)[0]}
    return to_person(letter, text, str(SUBJECTS[kind]))


def _base_url() -> str:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.base_url


def init_app() -> None:
    opens = MembershipLetter.INVITATION, MembershipLetter.RECOVERY_INVITATION
    kinds.register(opens, LetterKind(invitation_words))
    kinds.register(TEXTS, LetterKind(news_words))
