"""`relais retention`: the end of what is kept of people."""

import click

from app import clock
from app.cli import context
from app.rights.retention import Done, foreseen, run


@click.command()
@click.option("--dry-run", is_flag=True, help="Count what would go, and change nothing.")
@click.pass_context
def retention(called: click.Context, dry_run: bool) -> None:
    """Archive and erase the records whose time is over; the worker does so every day where RELAIS_RETENTION is on."""
    context.enter(called)
    now = clock.now()
    told(foreseen(now) if dry_run else run(now), "would be" if dry_run else "are")


def told(done: Done, verb: str) -> None:
    click.echo(f"{done.archived} records {verb} archived, {done.erased} {verb} erased.")
    for table, rows in sorted(done.rows.items()):
        click.echo(f"{rows}\t{table}")
