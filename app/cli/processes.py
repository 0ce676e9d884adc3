"""`relais web`, `worker` and `migrate`: what runs an instance."""

import os
import sys
from pathlib import Path

import click
from flask_migrate import upgrade

from app import create_app
from app import worker as loop
from app.cli import context
from app.config import read_settings
from app.core.limits import UNHEARD
from app.core.waiting import WORKER

MIGRATIONS = Path(__file__).parents[2] / "migrations"


@click.command()
@click.option("--reload", is_flag=True, help="Start again when a file changes.")
@click.option("--bind", default="127.0.0.1", show_default=True, help="Address to listen on.")
def web(reload: bool, bind: str) -> None:
    """Serve the screens on PORT."""
    settings = read_settings()
    if settings.production and not settings.trusted_proxies:  # We speak no TLS: whoever does stands in front.
        click.echo(UNHEARD, err=True)
    options = ["-k", "gevent", "-w", os.environ.get("RELAIS_WEB_PROCESSES", "1"), "--no-control-socket"]
    # Open streams would keep a stopping process for as long as it is given; what they show is asked again anyway.
    options += ["--graceful-timeout", "2"]
    options += ["-b", f"{bind}:{settings.port}", *(["--reload"] if reload else [])]
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *options, "app:create_app()"])


@click.command()
def worker() -> None:
    """Search, send and remind: everything that happens by itself."""
    loop.run(create_app(waits=WORKER))


@click.command()
def migrate() -> None:
    """Bring the database to the schema of this version."""
    with context.application().app_context():
        upgrade(str(MIGRATIONS))
