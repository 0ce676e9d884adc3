"""The way out of a mail: the operator's mail server, or a folder where there is none."""

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import UUID

from app.config import Settings

MAIL_SERVER_SECONDS = 20
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


def compose(mail_id: UUID, to: str, subject: str, text: str, settings: Settings, now: datetime) -> EmailMessage:
    """A mail under a `Message-ID` of its own: sent twice, it is known to be the same."""
    message = EmailMessage()
    message["From"] = f"Relais <{settings.mail_from}>"
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{mail_id}@{urlsplit(settings.base_url).hostname}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def deliver(message: EmailMessage, mail_id: UUID, settings: Settings) -> None:
    """Hand over to the mail server, or to a folder where there is none; raises OSError or SMTPException."""
    if settings.smtp_url:
        by_smtp(message, settings.smtp_url)
    else:
        _to_folder(message, settings.data_dir / "mail" / f"{mail_id}.eml")


def by_smtp(message: EmailMessage, smtp_url: str) -> None:
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
