"""Those near a person: what she lets each of them read, whom she trusts, and who decides with or for her."""

from flask import Flask

from app.consents.agreements import ConsentWithdrawn
from app.core.events import listen
from app.documents.actions import DocumentsErased
from app.documents.rights import may_open
from app.folders.queries import who_decides_for
from app.relatives import actions, queries
from app.relatives.deciding import deciders_by_value


def init_app(app: Flask) -> None:
    who_decides_for.provide(app, deciders_by_value)
    may_open(queries.may_open_designation)
    listen(app, ConsentWithdrawn, actions.end_with_agreement)
    listen(app, DocumentsErased, actions.forget_documents)
