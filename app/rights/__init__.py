"""What a person may ask of what is kept of her: a copy of all of it, a correction, and an end when its time is over."""

from flask import Flask

from app.advice import kept as _advice  # noqa: F401 -- each room declares what it keeps
from app.agenda import kept as _agenda  # noqa: F401
from app.appointments import kept as _appointments  # noqa: F401
from app.assessments import kept as _assessments  # noqa: F401
from app.care_requests import kept as _care_requests  # noqa: F401
from app.circles import kept as _circles  # noqa: F401
from app.consents import kept as _consents  # noqa: F401
from app.consents.agreements import ConsentWithdrawn
from app.consents.objections import Objected
from app.conversations import kept as _conversations  # noqa: F401
from app.core.events import listen
from app.dispatch import kept as _dispatch  # noqa: F401
from app.documents import kept as _documents  # noqa: F401
from app.folders import kept as _folders  # noqa: F401
from app.funding import kept as _funding  # noqa: F401
from app.liaison import kept as _liaison  # noqa: F401
from app.passages import kept as _passages  # noqa: F401
from app.patients import kept as _patients  # noqa: F401
from app.plans import kept as _plans  # noqa: F401
from app.relatives import kept as _relatives  # noqa: F401
from app.rights import kept as _rights  # noqa: F401
from app.rights import under_way
from app.stays import kept as _stays  # noqa: F401


def init_app(app: Flask) -> None:
    listen(app, ConsentWithdrawn, under_way.stop_searching)
    listen(app, Objected, under_way.let_another_come)
