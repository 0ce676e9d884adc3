"""Mails: how one is made, and its way to the operator's mail server, or into a folder where there is none."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit
from uuid import UUID

from app.config import Settings
from app.letters.rules import AttemptStage, LetterOutcome

MAIL_SERVER_SECONDS = 20
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
PORTS = {"smtp": 25, "smtps": 465}
TAKEN = 250


def compose(mail_id: UUID, to: str, subject: str, text: str, settings: Settings, now: datetime) -> EmailMessage:
    """A mail under a `Message-ID` of its own: sent twice, it is known to be the same."""
    name, address = parseaddr(settings.mail_from)
    message = EmailMessage()
    message["From"] = Address(name or "Relais", addr_spec=address)
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{mail_id}@{urlsplit(settings.base_url).hostname}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def deliver(message: EmailMessage, mail_id: UUID, settings: Settings) -> LetterOutcome:
    """One attempt: by the mail server, or into a folder where there is none."""
    if settings.smtp_url:
        return by_smtp(message, settings.smtp_url)
    _to_folder(message, settings.data_dir / "mail" / f"{mail_id}.eml")
    return LetterOutcome(status=TAKEN)


def by_smtp(message: EmailMessage, smtp_url: str) -> LetterOutcome:
    """`smtp://`: STARTTLS when it is offered, and always before a password. `smtps://`: TLS from the first byte."""
    server = urlsplit(smtp_url)
    try:
        with _connected(server) as smtp:
            _sign_in(smtp, server)
            with _at(AttemptStage.MESSAGE):
                smtp.send_message(message)
    except _Stopped as stopped:
        return stopped.outcome
    return LetterOutcome(status=TAKEN)


class _Stopped(Exception):
    def __init__(self, outcome: LetterOutcome) -> None:
        self.outcome = outcome


@contextmanager
def _connected(server: SplitResult) -> Iterator[smtplib.SMTP]:
    host, port = server.hostname or "", server.port or PORTS[server.scheme]
    with _at(AttemptStage.NAME):
        socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    with _at(AttemptStage.CONNECTION):
        smtp = _opened(server.scheme, host, port)
    try:
        if server.scheme == "smtp":
            _start_tls(smtp)
        yield smtp
    finally:
        _say_goodbye(smtp)


def _opened(scheme: str, host: str, port: int) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=MAIL_SERVER_SECONDS, context=ssl.create_default_context())
    return smtplib.SMTP(host, port, timeout=MAIL_SERVER_SECONDS)


def _start_tls(smtp: smtplib.SMTP) -> None:
    with _at(AttemptStage.CONNECTION):
        smtp.ehlo()
    if smtp.has_extn("starttls"):
        with _at(AttemptStage.TLS):
            smtp.starttls(context=ssl.create_default_context())


def _sign_in(smtp: smtplib.SMTP, server: SplitResult) -> None:
    if not server.username:
        return
    # A server that suddenly offers no encryption may be somebody between us and it.
    if not isinstance(smtp.sock, ssl.SSLSocket) and server.hostname not in THIS_MACHINE:
        raise _Stopped(LetterOutcome(AttemptStage.TLS, said="no STARTTLS: the password stays here"))
    with _at(AttemptStage.SIGN_IN):
        smtp.login(unquote(server.username), unquote(server.password or ""))


def _say_goodbye(smtp: smtplib.SMTP) -> None:
    """What became of the mail is known by now: a server that hangs up first changes nothing."""
    try:
        smtp.quit()
    except (OSError, smtplib.SMTPException):
        smtp.close()


@contextmanager
def _at(stage: AttemptStage) -> Iterator[None]:
    """Whatever fails inside failed at this stage, unless the failure knows better."""
    try:
        yield
    except (OSError, smtplib.SMTPException) as failure:
        raise _Stopped(_outcome(stage, failure)) from failure


def _outcome(stage: AttemptStage, failure: Exception) -> LetterOutcome:
    if isinstance(failure, smtplib.SMTPRecipientsRefused):
        status, said = next(iter(failure.recipients.values()), (553, b"no address"))
        return LetterOutcome(AttemptStage.RECIPIENT, status, said=_text(said))
    if isinstance(failure, smtplib.SMTPSenderRefused):
        return LetterOutcome(AttemptStage.SENDER, failure.smtp_code, said=_text(failure.smtp_error))
    if isinstance(failure, smtplib.SMTPResponseException):
        return LetterOutcome(stage, failure.smtp_code, said=_text(failure.smtp_error))
    if isinstance(failure, smtplib.SMTPNotSupportedError) and stage is AttemptStage.MESSAGE:
        return LetterOutcome(
            AttemptStage.RECIPIENT, 553, said=str(failure)
        )  # An address with accents, and a server without SMTPUTF8.
    if isinstance(failure, ssl.SSLError):
        return LetterOutcome(AttemptStage.TLS, said=str(failure))
    of_the_line = isinstance(failure, smtplib.SMTPServerDisconnected) or not isinstance(failure, smtplib.SMTPException)
    return LetterOutcome(
        AttemptStage.CONNECTION if of_the_line and stage is not AttemptStage.NAME else stage, said=str(failure)
    )


def _text(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said


def _to_folder(message: EmailMessage, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)  # the codes are in there
    path.write_bytes(message.as_bytes())
