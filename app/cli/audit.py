"""`relais audit verify`, `report` and `prune`."""

import sys
from datetime import timedelta
from uuid import UUID

import click
from flask import current_app

from app import clock
from app.audit import chain, sealing
from app.audit.actions import record
from app.cli import context
from app.core.db import transaction
from app.supervision.traces import patient_report

MONTH = timedelta(days=30.5)


@click.group()
@click.pass_context
def audit(called: click.Context) -> None:
    """The audit trail: does it hold, who looked at a patient's file, what is too old to be kept."""
    context.enter(called)


def noted(_context: click.Context, _parameter: click.Parameter, text: str | None) -> tuple[int, str] | None:
    """`1234:9f86d0…` → (1234, "9f86d0…")."""
    if text is None:
        return None
    sequence, colon, sealed = text.partition(":")
    if not sequence.isdecimal() or not colon or len(sealed) != 64:
        raise click.BadParameter("write it as SEQUENCE:HASH, as the log says it in audit_day_sealed")
    return int(sequence), sealed


@audit.command()
@click.option("--noted", callback=noted, help="SEQUENCE:HASH of a day, kept elsewhere, which must still be there.")
def verify(noted: tuple[int, str] | None) -> None:
    """Walk the whole chain of the audit trail; exit code 1 at the first line that does not hold."""
    verdict = chain.verify(noted)
    click.echo(f"{verdict.lines} lines hold, up to {verdict.sequence}:{verdict.hash}")
    click.echo(f"{verdict.waiting} lines wait for their seal")
    if verdict.broken:
        click.echo(f"BROKEN: {verdict.broken}")
        sys.exit(1)


@audit.command()
@click.option("--patient", type=click.UUID, required=True, help="The patient's id, as it stands in the database.")
def report(patient: UUID) -> None:
    """Who looked at this patient's file, when, from which organization and why: to hand to the patient, in French."""
    with transaction():
        record("audit.reported", patient, now=clock.now(), patient=patient)
    for line in patient_report(patient):
        when = clock.paris(line.at).strftime("%d/%m/%Y %H:%M:%S")
        click.echo("\t".join([when, line.person, line.organization, line.act, line.why, line.source]))


@audit.command()
def prune() -> None:
    """Remove the lines older than RELAIS_AUDIT_MONTHS; what stays still verifies, and one line tells of it."""
    now = clock.now()
    with transaction():
        removed = sealing.prune(now - current_app.config["SETTINGS"].audit_months * MONTH, now)
    click.echo(f"{removed} lines removed.")
