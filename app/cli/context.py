"""The whole house, opened by a command that needs it."""

import click
from flask import Flask

from app import create_app
from app.core.waiting import COMMAND


def application() -> Flask:
    """As patient as a command may be."""
    return create_app(waits=COMMAND)


def enter(context: click.Context) -> None:
    """For a group whose commands all work on the database: they run inside the app's context."""
    context.with_resource(application().app_context())
