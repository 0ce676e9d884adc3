"""The mail of an invitation: its words, and its way out."""

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import UUID

import structlog
from flask import current_app

from app.accounts.actions import claim_unsent, code_of, note_sent
from app.config import Settings
from app.core.db import transaction

MAIL_SERVER_SECONDS = 20
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")

WORDS = """\
Bonjour {given_name},

Vous êtes invité·e à rejoindre Relais.

1. Ouvrez cette page sur le téléphone ou l'ordinateur dont vous vous servirez :
   {url}
2. Recopiez ce code : {code}

Le code vaut jusqu'au lendemain de l'invitation, une seule fois. Ne le donnez à personne :
Relais ne vous le demandera jamais par téléphone.

Vous n'attendiez pas ce message ? Ne faites rien, l'invitation s'éteindra d'elle-même.
"""

log = structlog.get_logger()


def send_due(now: datetime) -> int:
    """Mail every invitation that waits and return how many left. A worker item, outside any transaction.

    At least once: a worker that dies between the mail server's yes and our note leaves the row to another,
    and the person gets the same mail twice, under the same Message-ID. A mail server that fails ends the
    round; the row is tried again when its lease is over, until the invitation expires.
    """
    sent = 0
    while claimed := _claim(now):
        invitation_id, message = claimed
        try:
            deliver(message, invitation_id, current_app.config["SETTINGS"])
        except (OSError, smtplib.SMTPException) as failure:
            log.warning("invitation_not_sent", invitation=str(invitation_id), error=type(failure).__name__)
            break
        with transaction():
            note_sent(invitation_id, now=now)
        sent += 1
    return sent


def _claim(now: datetime) -> tuple[UUID, EmailMessage] | None:
    with transaction():
        invitation = claim_unsent(now=now)
        if invitation is None:
            return None
        account = invitation.account
        return invitation.id, compose(invitation.id, account.given_name, account.email, now)


def compose(invitation_id: UUID, given_name: str, email: str, now: datetime) -> EmailMessage:
    """The mail itself: nothing personal in it but the person's own first name."""
    settings: Settings = current_app.config["SETTINGS"]
    message = EmailMessage()
    message["From"] = f"Relais <{settings.mail_from}>"
    message["To"] = email
    message["Subject"] = "Votre accès à Relais"
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{invitation_id}@{urlsplit(settings.base_url).hostname}>"
    message["Auto-Submitted"] = "auto-generated"
    url = f"{settings.base_url}/invitation/{invitation_id}"
    message.set_content(WORDS.format(given_name=given_name, url=url, code=code_of(invitation_id)))
    return message


def deliver(message: EmailMessage, invitation_id: UUID, settings: Settings) -> None:
    """Hand over to the mail server, or to a folder where there is none; raises OSError or SMTPException."""
    if settings.smtp_url:
        _by_smtp(message, settings.smtp_url)
    else:
        _to_folder(message, settings.data_dir / "mail" / f"{invitation_id}.eml")


def _by_smtp(message: EmailMessage, smtp_url: str) -> None:
    server = urlsplit(smtp_url)
    host = server.hostname or "localhost"
    with smtplib.SMTP(host, server.port or 25, timeout=MAIL_SERVER_SECONDS) as smtp:
        smtp.ehlo()
        private = smtp.has_extn("starttls")
        if private:
            smtp.starttls(context=ssl.create_default_context())
        if server.username:
            # A server that suddenly offers no encryption may be somebody between us and it.
            if not private and host not in THIS_MACHINE:
                raise smtplib.SMTPNotSupportedError("no STARTTLS: the password stays here")
            smtp.login(unquote(server.username), unquote(server.password or ""))
        smtp.send_message(message)


def _to_folder(message: EmailMessage, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)  # the codes are in there
    path.write_bytes(message.as_bytes())
