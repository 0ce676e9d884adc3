"""What a phone is handed: the words it shows, and the capabilities it may use without opening the page."""

import json
from typing import Any
from uuid import UUID

from app.core.tokens import derived_token, derived_tokens, same_as_one

ANSWERS = ("accept", "refuse")
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def payload_for(message_id: UUID, notice: dict[str, Any], base_url: str) -> bytes:
    """One JSON for service workers and for Safari's declarative push (which needs `web_push` and `navigate`).

    Paths are relative to the app's root, so that the worker resolves them within its own scope. `mutable`
    lets Safari's worker see the message too, and `data` is where it finds our part. No patient in any field.
    """
    name = str(message_id)
    ours: dict[str, Any] = {
        "path": notice["path"],
        "receipt": {"path": f"push/receipts/{name}", "token": _receipt_token(name)},
    }
    if notice["answerable"]:
        ours["awaits"] = True  # it stays on the screen, and is counted on the app's icon
    if notice["buttons"]:
        # The inbox, above this room, answers at that address.
        ours["answers"] = {
            answer: {"path": f"offers/notice-answers/{name}", "token": _answer_token(name, answer)}
            for answer in ANSWERS
        }
    shown = {
        "title": notice["title"],
        "body": notice["body"],
        "navigate": f"{base_url}/{notice['path']}",
        "tag": notice["tag"],
        "lang": "fr",
        "data": ours,
    }
    message = {"web_push": 8030, "mutable": True, "notification": shown, **ours}
    return _compact.encode(message).encode()


def receipt_token(message_id: UUID) -> str:
    return _receipt_token(str(message_id))


def answer_token(message_id: UUID, answer: str) -> str:
    return _answer_token(str(message_id), answer)


def _receipt_token(name: str) -> str:
    return derived_token("push-receipt", name)


def _answer_token(name: str, answer: str) -> str:
    return derived_token(f"push-answer-{answer}", name)


def receipt_token_matches(message_id: UUID, token: str) -> bool:
    return same_as_one(token, derived_tokens("push-receipt", str(message_id)))


def answer_token_matches(message_id: UUID, token: str, answer: str) -> bool:
    """Whether this message gave its phone `token` for this answer ("accept" or "refuse")."""
    made = derived_tokens(f"push-answer-{answer}", str(message_id))
    return answer in ANSWERS and same_as_one(token, made)
