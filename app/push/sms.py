"""SMS through the operator's gateway: one POST per SMS, in one of two dialects.

Both answer 2xx when they take the SMS, which proves nothing about the telephone. The reference is the row's id, so
that a gateway which keeps it can drop the second of two alike. A redirect is not followed: the key would go along.

| dialect   | header                      | body                                                                      |
|-----------|-----------------------------|---------------------------------------------------------------------------|
| `plain`   | `Authorization: Bearer KEY` | `{"to": "+336…", "text": "…", "reference": "…", "report": "https://…"}`   |
| `smsmode` | `X-Api-Key: KEY`            | the same, said otherwise; `report` is called `callbackUrlStatus`          |

What became of it is posted to `report` later, once or more often, in any order: `{"status": "delivered"}`, or smsmode's
`{"status": {"value": "DELIVERED"}, …}`. The address holds a token of this one SMS, and is all that a report can do.

`plain` is what a hospital's own gateway can be taught in a few lines. smsmode is a French operator; its reference
is at https://dev.smsmode.com/sms/v1/, and its address https://rest.smsmode.com/sms/v1/messages.
"""

import http.client
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from app.config import Settings
from app.core.tokens import derived_token, derived_tokens, same_as_one
from app.push.rules import Outcome

GATEWAY_SECONDS = 10.0

Dialect = Callable[[str, str, str, str, str], tuple[dict[str, str], dict[str, Any]]]
"""(key, number in E.164, text, reference, where to report) → (headers, body)."""


def plain(key: str, number: str, text: str, reference: str, report: str) -> tuple[dict[str, str], dict[str, Any]]:
    return {"Authorization": f"Bearer {key}"}, {"to": number, "text": text, "reference": reference, "report": report}


def smsmode(key: str, number: str, text: str, reference: str, report: str) -> tuple[dict[str, str], dict[str, Any]]:
    recipient, body = {"to": number.removeprefix("+")}, {"text": text}
    sms = {"recipient": recipient, "body": body, "refClient": reference, "callbackUrlStatus": report}
    return {"X-Api-Key": key}, sms


DIALECTS: dict[str, Dialect] = {"plain": plain, "smsmode": smsmode}

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


def send(message_id: UUID, number: str, text: str, settings: Settings) -> Outcome:
    """One attempt to have `text` and the app's address sent to `number`."""
    speak = DIALECTS[settings.sms_dialect]
    report = f"{settings.base_url}/push/sms-reports/{message_id}/{report_token(message_id)}"
    headers, body = speak(settings.sms_key, number, f"{text} {settings.base_url}", str(message_id), report)
    address = urlsplit(settings.sms_url)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = kind(address.hostname or "", address.port, timeout=GATEWAY_SECONDS)
    path = f"{address.path or '/'}?{address.query}" if address.query else address.path or "/"
    try:
        connection.request(
            "POST",
            path,
            json.dumps(body),
            {"Content-Type": "application/json", "Accept": "application/json", **headers},
        )
        answer = connection.getresponse()
        return Outcome(answer.status, answer.getheader("Retry-After") or "")
    except (OSError, http.client.HTTPException):
        return Outcome(fault="silence")
    finally:
        connection.close()
