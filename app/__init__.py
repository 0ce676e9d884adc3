"""Relais: finds the right professional for a patient, fast, and proves that the care began."""

from flask import Flask

from app import (
    accounts,
    administration,
    advice,
    agenda,
    appointments,
    assessments,
    attachments,
    audit,
    care_requests,
    casework,
    circles,
    consents,
    conversations,
    costs,
    desk,
    directory,
    dispatch,
    documents,
    drafts,
    emergency,
    folders,
    funding,
    inbox,
    joining,
    liaison,
    life,
    live,
    membership,
    messages,
    naming,
    passages,
    pathways,
    patient_space,
    patients,
    planning,
    protocols,
    push,
    records,
    relatives,
    relays,
    rights,
    schedule,
    shell,
    stays,
    supervision,
    tablets,
)
from app.config import Settings, read_settings
from app.core import again, compression, db, errors, forms, htmx, incoming, limits, logging, security, waiting, ways
from app.jobs import timers
from app.language import templates

ROOMS = (
    *(audit, accounts, membership, push, live, pathways, tablets, drafts, messages, directory, patients, consents),
    *(circles, stays, documents, assessments, costs, care_requests, attachments, passages, conversations, liaison),
    *(funding, folders, appointments, dispatch, relays, agenda, advice, relatives, rights, life),
)
DOORS = (
    *(desk, inbox, records, casework, planning, supervision, protocols, joining, naming, emergency, administration),
    *(patient_space, shell),
)


def create_app(settings: Settings | None = None, waits: waiting.Waits = waiting.WEB) -> Flask:
    """The whole house, floor by floor. `settings`: read from the environment when not given; `waits`: how patient this
    process is with the database."""
    settings = settings or read_settings()
    app = Flask(__name__)
    app.jinja_environment = templates.LanguageEnvironment
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.former_secret_keys),
        WTF_CSRF_SECRET_KEY=[*reversed(settings.former_secret_keys), settings.secret_key],  # the last one signs
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        WAITS=waits,
    )
    logging.init_app()
    htmx.htmx.init_app(app)
    for floor in (db, incoming, again, compression, security, limits, errors, templates, forms, ways):
        floor.init_app(app)
    for room in ROOMS:
        room.init_app(app)
    timers.init_app(app, schedule.TIMERS)
    for door in DOORS:
        door.init_app(app)
    if settings.demo:
        from app import demo  # noqa: PLC0415 -- elsewhere its invented people are not even loaded

        demo.init_app(app)
    return app
