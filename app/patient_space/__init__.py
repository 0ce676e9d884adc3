"""The patient's door: the page of one visit, and her own space beside it. Links are keys; it works without cookies."""

from flask import Flask

from app.language.phrases import PATIENTS
from app.patient_space import (  # noqa: F401 -- they add their routes
    folder_views,
    life_views,
    notes_views,
    plan_views,
    relative_views,
    space_views,
    wishes_views,
)
from app.patient_space.reading import reading
from app.patient_space.views import bp


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.jinja_env.globals.update(reading=reading, patient_languages=PATIENTS)
