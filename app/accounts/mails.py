"""The mails about accounts: their words, composed when they leave (`app/letters`)."""

from datetime import datetime

from flask import current_app

from app.accounts.actions import address_code, code_of
from app.accounts.models import INVITATION, RECOVERY_INVITATION, Invitation, News
from app.accounts.recovery import stop_token
from app.config import Settings
from app.core.db import db
from app.letters import kinds
from app.letters.kinds import Kind, Words
from app.letters.models import Letter
from app.organizations.queries import names_of

WORDS = """\
Bonjour {given_name},

Vous êtes invité·e à rejoindre {place} sur Relais.

1. Ouvrez cette page sur le téléphone ou l'ordinateur dont vous vous servirez :
   {url}
2. Recopiez ce code : {code}

Le code vaut jusqu'au lendemain de l'invitation, une seule fois. Ne le donnez à personne :
Relais ne vous le demandera jamais par téléphone.

Vous n'attendiez pas ce message ? Ne faites rien, l'invitation s'éteindra d'elle-même.
"""

WORDS_OF_RECOVERY = """\
Bonjour {given_name},

Deux administrateurs de votre organisation vous ont rendu l'accès à Relais.

1. Ouvrez cette page sur le téléphone ou l'ordinateur dont vous vous servirez :
   {url}
2. Recopiez le code que l'un d'eux vous donne de vive voix : il n'est dans aucun courriel.

Vos anciennes clés d'accès ne serviront plus.
"""

SUBJECTS = {
    News.RECOVERY_ASKED: "Relais : quelqu'un demande à vous rendre l'accès",
    News.RECOVERY_CONFIRMED: "Relais : votre accès sera rétabli dans 24 heures",
    News.RECOVERY_CANCELLED: "Relais : votre accès ne sera pas rétabli",
    News.RECOVERED: "Relais : votre accès est rétabli",
    News.PASSKEY_ADDED: "Relais : une clé d'accès a été ajoutée",
    News.JOINED: "Relais : votre accès est créé",
    News.PASSKEY_REMOVED: "Relais : une clé d'accès a été supprimée",
    News.ADDRESS_CODE: "Relais : votre code",
    News.ACCESS_REFUSED: "Relais : votre demande d'accès n'est pas acceptée",
    News.ACCESS_KNOWN: "Relais : quelqu'un a demandé un accès à votre nom",
    News.EMAIL_CHANGED: "Relais : votre adresse e-mail a changé",
    News.ACCOUNT_CLOSED: "Relais : votre compte est fermé",
}
TEXTS = {
    News.RECOVERY_ASKED: """\
Un administrateur déclare que vous avez perdu toutes vos clés d'accès. Il faut qu'un second
administrateur le confirme, puis 24 heures. Si ce n'est pas vrai, arrêtez tout :
{url}""",
    News.RECOVERY_CONFIRMED: """\
Deux administrateurs déclarent que vous avez perdu toutes vos clés d'accès. Dans 24 heures, un
lien vous permettra d'en créer une. Si ce n'est pas vrai, arrêtez tout :
{url}""",
    News.RECOVERY_CANCELLED: """\
La demande de vous rendre l'accès est annulée. Vos clés d'accès restent les mêmes.""",
    News.RECOVERED: """\
Vous avez créé une nouvelle clé d'accès. Les anciennes ne servent plus, et tous vos appareils
sont déconnectés. Ce n'était pas vous ? Appelez tout de suite votre administrateur.""",
    News.PASSKEY_ADDED: """\
Une clé d'accès a été ajoutée à votre compte. Ce n'était pas vous ? Supprimez-la dans « Moi »,
et appelez votre administrateur.""",
    News.JOINED: """\
Votre accès à Relais vient d'être créé, depuis une invitation montrée sur l'écran d'un collègue. Ce
n'était pas vous ? Appelez tout de suite votre administrateur.""",
    News.PASSKEY_REMOVED: """\
Une clé d'accès a été supprimée de votre compte. Ce n'était pas vous ? Appelez votre
administrateur.""",
    News.ADDRESS_CODE: """\
Recopiez ce code dans la page de Relais restée ouverte : {code}

Il vaut dix minutes, une seule fois. Ne le donnez à personne : Relais ne vous le demandera
jamais par téléphone. Vous n'attendiez pas ce message ? Ne faites rien.""",
    News.ACCESS_REFUSED: """\
La coordination de votre secteur n'a pas accepté votre demande d'accès. Vous pensez que c'est
une erreur ? Appelez-la.""",
    News.ACCESS_KNOWN: """\
Quelqu'un vient de demander un accès à Relais avec votre numéro RPPS. Vous en avez déjà un :
personne n'en reçoit un second. C'était vous, et vos clés d'accès sont perdues ? Appelez votre
administrateur. Sinon, ne faites rien.""",
    News.EMAIL_CHANGED: """\
L'adresse e-mail de votre compte n'est plus celle-ci. Ce n'était pas vous ? Appelez tout de suite
votre administrateur.""",
    News.ACCOUNT_CLOSED: """\
Votre compte est fermé, à votre demande. Vos clés d'accès ne servent plus et tous vos appareils
sont déconnectés. Ce n'était pas vous ? Appelez tout de suite votre administrateur.""",
}


def invitation(letter: Letter, now: datetime) -> Words | None:
    """Nothing personal in it but the person's own first name; None once it was answered, or another took its place."""
    made = db.session.get(Invitation, letter.subject_id)
    if made is None or made.used_at or made.declined_at or made.expires_at <= now:
        return None
    text = WORDS_OF_RECOVERY if letter.kind == RECOVERY_INVITATION else WORDS
    url = f"{_base_url()}/invitation/{made.id}"
    code = code_of(made.id)
    text = text.format(given_name=letter.given_name, place=_place(made), url=url, code=code)
    return Words(text, "Votre accès à Relais")


def _place(made: Invitation) -> str:
    """Which organization invites; none after lost passkeys."""
    place = made.organization_id
    return names_of([place])[place] if place else ""


def news(letter: Letter, _now: datetime) -> Words:
    kind, base_url = News(letter.kind), _base_url()
    url = f"{base_url}/recoveries/{letter.subject_id}/{stop_token(letter.subject_id)}"
    text = TEXTS[kind].format(url=url, code=address_code(letter.subject_id), home=f"{base_url}/")
    return Words(f"{hello(letter)},\n\n{text}\n", SUBJECTS[kind])


def hello(letter: Letter) -> str:
    return f"Bonjour {letter.given_name}".rstrip()


def _base_url() -> str:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.base_url


def init_app() -> None:
    kinds.register((INVITATION, RECOVERY_INVITATION), Kind(invitation))
    kinds.register(News, Kind(news))
