"""`relais demo load` and `relais demo replay`."""

from datetime import timedelta

import click
from flask import current_app

from app import clock
from app.cli import context
from app.core.db import transaction
from app.demo import replay as day
from app.demo import territory


@click.group()
@click.pass_context
def demo(called: click.Context) -> None:
    """The demonstration: invented people, and a day that plays by itself."""
    context.enter(called)


@demo.command()
def load() -> None:
    """Fill an empty Relais with an invented territory; one that is there already only learns the present PORT."""
    _only_for_show()
    with transaction():
        loaded = territory.load(clock.now())
    click.echo("The demonstration is loaded." if loaded else "The demonstration was loaded already.")


@demo.command()
@click.option("--minutes", default=20.0, show_default=True, help="How long the day takes.")
@click.option("--speed", default=30.0, show_default=True, help="Minutes of people's time in one real minute.")
@click.option("--seed", default=91, show_default=True, help="The same seed tells the same day.")
def replay(minutes: float, speed: float, seed: int) -> None:
    """Play an accelerated day beside the running Relais: requests arrive and people answer."""
    _only_for_show()
    day.replay(speed, clock.now() + timedelta(minutes=minutes), seed=seed, say=click.echo)


def _only_for_show() -> None:
    """Invented people have no place among real ones."""
    if not current_app.config["SETTINGS"].demo:
        raise click.ClickException("this needs RELAIS_DEMO=1")
