"""The mail that says that something waits in Relais, and nothing of what."""

import smtplib
from datetime import datetime
from uuid import UUID

import structlog

from app.config import Settings
from app.core.mail import compose, deliver
from app.push.rules import Outcome

log = structlog.get_logger()


def send(message_id: UUID, address: str, text: str, settings: Settings, now: datetime) -> Outcome:
    """One attempt. An answer of the mail server that will not change (RFC 5321 §4.2.1, 5yz) is a refusal."""
    mail = compose(message_id, address, text.partition(".")[0], f"{text}\n{settings.base_url}\n", settings, now)
    try:
        deliver(mail, message_id, settings)
    except (OSError, smtplib.SMTPException) as failure:
        log.warning("mail_not_sent", message=str(message_id), error=type(failure).__name__)
        return Outcome(fault="refused" if _for_good(failure) else "silence")
    return Outcome(250)


def _for_good(failure: Exception) -> bool:
    if isinstance(failure, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _words in failure.recipients.values())
    return isinstance(failure, smtplib.SMTPResponseException) and failure.smtp_code >= 500
