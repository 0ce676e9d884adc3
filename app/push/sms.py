"""SMS through the operator's gateway: one POST per SMS, in one of two dialects.

Both answer 2xx when they take the SMS, which proves nothing about the telephone. The reference is the row's id, so
that a gateway which keeps it can drop the second of two alike. A redirect is not followed: the key would go along.

| dialect   | header                       | body                                                            |
|-----------|------------------------------|-----------------------------------------------------------------|
| `plain`   | `Authorization: Bearer KEY`  | `{"to": "+336…", "text": "…", "reference": "…"}`                |
| `smsmode` | `X-Api-Key: KEY`             | `{"recipient": {"to": "336…"}, "body": {"text": "…"}, "refClient": "…"}` |

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
from app.push.rules import Outcome

GATEWAY_SECONDS = 10.0

Dialect = Callable[[str, str, str, str], tuple[dict[str, str], dict[str, Any]]]
"""(key, number in E.164, text, reference) → (headers, body)."""


def plain(key: str, number: str, text: str, reference: str) -> tuple[dict[str, str], dict[str, Any]]:
    return {"Authorization": f"Bearer {key}"}, {"to": number, "text": text, "reference": reference}


def smsmode(key: str, number: str, text: str, reference: str) -> tuple[dict[str, str], dict[str, Any]]:
    recipient = {"to": number.removeprefix("+")}
    return {"X-Api-Key": key}, {"recipient": recipient, "body": {"text": text}, "refClient": reference}


DIALECTS: dict[str, Dialect] = {"plain": plain, "smsmode": smsmode}


def send(message_id: UUID, number: str, text: str, settings: Settings) -> Outcome:
    """One attempt to have `text` and the app's address sent to `number`."""
    speak = DIALECTS[settings.sms_dialect]
    headers, body = speak(settings.sms_key, number, f"{text} {settings.base_url}", str(message_id))
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
