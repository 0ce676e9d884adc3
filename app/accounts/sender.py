"""The mails about accounts: their words, and when they leave."""

import smtplib
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from uuid import UUID

import structlog
from flask import current_app

from app.accounts.actions import address_code, claim_letter, claim_unsent, code_of, note_sent
from app.accounts.models import Invitation, Letter, News
from app.accounts.queries import organization_names, waits_for_mail
from app.accounts.recovery import stop_token
from app.config import Settings
from app.core import mail
from app.core.db import transaction
from app.core.mail import deliver

Claim = Callable[[datetime], tuple[UUID, EmailMessage] | None]

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

log = structlog.get_logger()


def send_due(now: datetime) -> int:
    """Mail every invitation and letter that waits and return how many left. A worker item, outside any transaction.

    At least once: a worker that dies between the mail server's yes and our note leaves the row to another,
    and the person gets the same mail twice, under the same Message-ID. A mail server that fails ends the
    round; the row is tried again when its lease is over, an invitation until it expires.
    """
    return _send_all(Invitation, _claim, now) + _send_all(Letter, _claim_letter, now)


def _send_all(mail_type: type[Invitation] | type[Letter], claim: Claim, now: datetime) -> int:
    sent = 0
    while claimed := claim(now):
        mail_id, message = claimed
        try:
            deliver(message, mail_id, current_app.config["SETTINGS"])
        except (OSError, smtplib.SMTPException) as failure:
            event = "invitation_not_sent" if mail_type is Invitation else "letter_not_sent"
            log.warning(event, mail=str(mail_id), error=type(failure).__name__)
            break
        with transaction():
            note_sent(mail_type, mail_id, now=now)
        sent += 1
    return sent


def _claim(now: datetime) -> tuple[UUID, EmailMessage] | None:
    with transaction():
        invitation = claim_unsent(now=now)
        if invitation is None:
            return None
        place, words = _place(invitation), WORDS_OF_RECOVERY if invitation.recovery_id else WORDS
        return invitation.id, compose(invitation.id, invitation.given_name, invitation.email, now, words, place)


def _place(invitation: Invitation) -> str:
    place = invitation.organization_id
    return organization_names([place])[place] if place else ""


def compose(
    invitation_id: UUID, given_name: str, email: str, now: datetime, words: str = WORDS, place: str = ""
) -> EmailMessage:
    """The mail itself: nothing personal in it but the person's own first name. `place`: which organization invites."""
    settings: Settings = current_app.config["SETTINGS"]
    url = f"{settings.base_url}/invitation/{invitation_id}"
    text = words.format(given_name=given_name, place=place, url=url, code=code_of(invitation_id))
    return mail.compose(invitation_id, email, "Votre accès à Relais", text, settings, now)


def _claim_letter(now: datetime) -> tuple[UUID, EmailMessage] | None:
    if not waits_for_mail(now):
        return None
    with transaction():
        letter = claim_letter(now=now)
        return (letter.id, compose_letter(letter, now)) if letter else None


def compose_letter(letter: Letter, now: datetime) -> EmailMessage:
    settings: Settings = current_app.config["SETTINGS"]
    url = f"{settings.base_url}/recoveries/{letter.subject_id}/{stop_token(letter.subject_id)}"
    code, home = address_code(letter.subject_id), f"{settings.base_url}/"
    text = f"{hello(letter)},\n\n{TEXTS[letter.kind].format(url=url, code=code, home=home)}\n"
    return mail.compose(letter.id, letter.address, SUBJECTS[letter.kind], text, settings, now)


def hello(letter: Letter) -> str:
    return f"Bonjour {letter.given_name}".rstrip()
