"""Those near a person: what she lets each of them read, whom she trusts, and who decides with or for her."""

from flask import Flask

from app.consents.agreements import ConsentWithdrawn
from app.core.events import listen
from app.documents.actions import DocumentsErased
from app.documents.rights import may_open
from app.relatives import actions, queries


def init_app(app: Flask) -> None:
    may_open(queries.may_open_designation)
    listen(app, ConsentWithdrawn, actions.end_with_agreement)
    listen(app, DocumentsErased, actions.forget_documents)
