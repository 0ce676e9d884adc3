"""Who may open a document. Each room says so for those it joined to something; without a rule, nobody may."""

from collections.abc import Callable
from uuid import UUID

from app.accounts.models import Account
from app.core.db import db
from app.documents.models import Document

Rule = Callable[[Account, UUID], bool]

_rules: list[Rule] = []


def may_open(rule: Rule) -> Rule:
    """Register a rule: `(account, document_id) -> bool`, asked at every opening. One that says yes is enough."""
    if rule not in _rules:
        _rules.append(rule)
    return rule


def for_account(document_id: UUID, account: Account) -> Document | None:
    """The document, if this person may open it: what waits, its sender alone; what is joined, by the rules above."""
    document = db.session.get(Document, document_id)
    if document is None or document.waits:
        return document if document and document.added_by_id == account.id else None
    return document if any(rule(account, document_id) for rule in _rules) else None
