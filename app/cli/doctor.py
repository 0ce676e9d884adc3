"""`relais doctor`: what is late, and one mail, SMS or alert on demand, with the stage at which it failed."""

import sys
from collections.abc import Iterator

import click
from flask import current_app
from sqlalchemy import select

from app import clock
from app.accounts.models import Account
from app.cli import context
from app.config import Settings
from app.core.db import db, new_id
from app.core.limits import unheard_proxy
from app.letters import mail, sms
from app.letters.kinds import Words
from app.letters.rules import AttemptStage, LetterOutcome, is_mobile
from app.messages import checks
from app.patients import joining
from app.supervision.health import report

STAGES = {
    AttemptStage.NAME: "name resolution",
    AttemptStage.CONNECTION: "connection",
    AttemptStage.TLS: "TLS",
    AttemptStage.SIGN_IN: "sign-in",
    AttemptStage.SENDER: "sender refused",
    AttemptStage.RECIPIENT: "recipient refused",
    AttemptStage.MESSAGE: "message refused",
    AttemptStage.GATEWAY: "the gateway refused",
}
TEXT = "Relais : ceci est un essai. Rien ne vous attend."

Finding = tuple[bool, str]
"""(did it work, what to say)."""


@click.command()
@click.option("--mail", "address", help="Send one mail to this address, now.")
@click.option("--sms", "number", help="Send one SMS to this mobile number (+33612345678), now.")
@click.option("--push", "email", help="Ring every device of the person with this e-mail address, now.")
def doctor(address: str | None, number: str | None, email: str | None) -> None:
    """Say what is late, silent or refused; or send one mail, SMS or alert and say at which stage it failed.

    Exit code 1 when something is wrong.
    """
    with context.application().app_context():
        wanted = ((address, tried_mail), (number, tried_sms), (email, tried_push))
        findings = [finding for given, tried in wanted if given for finding in tried(given.strip())]
        findings = findings or list(present_health())
    for _well, words in findings:
        click.echo(words)
    sys.exit(0 if all(well for well, _words in findings) else 1)


def present_health() -> Iterator[Finding]:
    health = report(clock.now())
    for line in health.lines:
        yield health.well, line
    for line in unheard_proxy(clock.now()):
        yield False, line
    if waiting := joining.uncompared():
        yield False, f"{waiting} records of before the upgrade are compared with no other: run relais patients join"


def tried_mail(address: str) -> Iterator[Finding]:
    settings = _settings()
    if not settings.smtp_url:
        yield False, "mail: RELAIS_SMTP_URL is not set, so mails are written to a folder and reach nobody"
        return
    message = mail.compose(new_id(), address, "Relais : essai", f"{TEXT}\n", settings, clock.now())
    yield _told("mail", mail.by_smtp(message, settings.smtp_url))


def tried_sms(number: str) -> Iterator[Finding]:
    if not _settings().sms_url:
        yield False, "SMS: RELAIS_SMS_URL is not set, so no SMS is ever sent"
    elif not is_mobile(number):
        yield False, "SMS: this is no French mobile number in the form +33612345678"
    else:
        yield _told("SMS", sms.send(new_id(), number, Words(TEXT), _settings()))


def tried_push(email: str) -> Iterator[Finding]:
    account_id = db.session.scalar(select(Account.id).where(Account.email == email.lower()))
    found = checks.ring_now(account_id, clock.now()) if account_id else []
    if not found:
        yield False, "push: no device of this person is subscribed" if account_id else "push: nobody has this address"
    for trial in found:
        yield not trial.failed, f"push: {trial.device}: {trial.words}"


def _told(what: str, outcome: LetterOutcome) -> Finding:
    if outcome.stage is None:
        return True, f"{what}: taken ({outcome.status})"
    said = " ".join(str(part) for part in (outcome.status, " ".join(outcome.said.split())) if part)
    return False, f"{what}: failed at {STAGES[outcome.stage]}" + (f": {said}" if said else "")


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
