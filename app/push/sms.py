"""What an SMS gateway reports later of an SMS that is owed here: once or more often, in any order.

`{"status": "delivered"}`, or smsmode's `{"status": {"value": "DELIVERED"}, …}`. The address holds a token of this one
SMS, and is all that a report can do.
"""

from uuid import UUID

from app.core.tokens import derived_token, derived_tokens, same_as_one

ARRIVED = frozenset({"delivered"})
NEVER_WILL = frozenset({"undelivered", "undeliverable", "failed", "rejected", "expired"})


def arrived(report: object) -> bool | None:
    """Whether the telephone has the SMS; None while that is not known. ValueError: this is no report."""
    status = report.get("status") if isinstance(report, dict) else None
    status = status.get("value") if isinstance(status, dict) else status
    if not isinstance(status, str):
        raise ValueError("a report has a status")
    return True if status.lower() in ARRIVED else False if status.lower() in NEVER_WILL else None


def report_token(message_id: UUID) -> str:
    return derived_token("sms-report", str(message_id))


def report_token_matches(message_id: UUID, token: str) -> bool:
    return same_as_one(token, derived_tokens("sms-report", str(message_id)))


def report_address(message_id: UUID, base_url: str) -> str:
    return f"{base_url}/push/sms-reports/{message_id}/{report_token(message_id)}"
