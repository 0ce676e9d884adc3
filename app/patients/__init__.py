"""Patients: their identity, who may open them and why, and what every room above keeps of them."""

from flask import Flask

from app.live.rights import may_listen
from app.patients.queries import may_listen_to_patient


def init_app(_app: Flask) -> None:
    may_listen("patient")(may_listen_to_patient)
