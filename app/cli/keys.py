"""`relais secrets` and `relais vapid`: from one key to the next, while people work."""

import sys

import click

from app import clock
from app.appointments.actions import links_of_former_keys, renew_lost_links
from app.audit.actions import record
from app.cli import context, resealing
from app.core.db import new_id, transaction
from app.patients import rehashing
from app.push import queries as push
from app.push import vapid as push_keys


@click.group()
@click.pass_context
def secrets(called: click.Context) -> None:
    """The key that seals patients' identities, signs cookies and makes links."""
    context.enter(called)


@secrets.command()
@click.option("--batch", default=200, show_default=True, type=click.IntRange(1, 10_000), help="Rows in a transaction.")
def rotate(batch: int) -> None:
    """Seal everything anew under RELAIS_SECRET_KEY. Stopped at any point, run it again: it goes on from there.

    The former key must stand in RELAIS_FORMER_SECRET_KEYS. Exit code 1 when something opens with no key of the ring.
    """
    values = lost = 0
    for done in resealing.reseal(batch):
        values, lost = values + done.resealed, lost + done.lost
        click.echo(f"{done.table}: {done.rows} rows, {done.resealed} values sealed anew")
    patients = 0 if lost else sum(rehashing.rehash(batch))
    now = clock.now()
    with transaction():
        links = 0 if lost else renew_lost_links(now)
        record("secrets.rotated", new_id(), now=now, values=values, patients=patients, links=links)
    click.echo(f"{values} values sealed anew, {patients} search hashes computed anew, {links} patient links renewed.")
    if lost:
        click.echo(f"{lost} values open with no key: is a former key missing from RELAIS_FORMER_SECRET_KEYS?")
        sys.exit(1)


@secrets.command()
def check() -> None:
    """Say what still needs a former key; exit code 1 while something does."""
    values, links = resealing.left(), links_of_former_keys(clock.now())
    patients = rehashing.left() if not values else 0
    click.echo(f"{values} sealed values, {patients} search hashes, {links} patient links need a former key.")
    if values or patients or links:
        sys.exit(1)
    click.echo("A week after the rotation, no former key is needed any more: remove it.")


@click.group()
@click.pass_context
def vapid(called: click.Context) -> None:
    """The key by which push services know this Relais."""
    context.enter(called)


@vapid.command("rotate")
def rotate_vapid() -> None:
    """Make a new key. Phones change to it when Relais is opened on them; until then they hear the old one."""
    new = push_keys.rotate()
    click.echo(f"New key: {new}. Back up vapid.pem, and keep the former one until `relais vapid retire`.")


@vapid.command()
def retire() -> None:
    """Forget the former keys that no phone uses any more; exit code 1 when one is still in use."""
    former = push_keys.former()
    users = push.devices_by_key()
    for key in former:
        if devices := users.get(key, 0):
            hear = "device still hears" if devices == 1 else "devices still hear"
            click.echo(f"{key}: {devices} {hear} this key alone")
        else:
            push_keys.retire(key)
            click.echo(f"{key}: retired")
    if not former:
        click.echo("No former key is left.")
    sys.exit(1 if users.keys() & set(former) else 0)
