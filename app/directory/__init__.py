"""Practitioners and services: who works where, as what, and how near."""

from flask import Flask

from app.core.events import listen
from app.directory.actions import invite_again, take_place
from app.directory.queries import phones_of
from app.membership.invitations import InvitationRenewed, RoleTaken
from app.messages.queries import numbers_of


def init_app(app: Flask) -> None:
    listen(app, RoleTaken, take_place)
    listen(app, InvitationRenewed, invite_again)
    numbers_of.provide(app, phones_of)
