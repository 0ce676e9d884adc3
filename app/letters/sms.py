"""SMS through the operator's gateway: one POST per SMS, in one of two dialects.

Both answer 2xx when they take the SMS, which proves nothing about the telephone. The reference is what the SMS is
about, so that a gateway which keeps it can drop the second of two alike. A redirect is not followed: the key would go
along.

| dialect   | header                      | body                                                                      |
|-----------|-----------------------------|---------------------------------------------------------------------------|
| `plain`   | `Authorization: Bearer KEY` | `{"to": "+336…", "text": "…", "reference": "…", "report": "https://…"}`   |
| `smsmode` | `X-Api-Key: KEY`            | the same, said otherwise; `report` is called `callbackUrlStatus`          |

What became of it is posted to `report` later; who owes the SMS listens there.

`plain` is what a hospital's own gateway can be taught in a few lines. smsmode is a French operator; its reference
is at https://dev.smsmode.com/sms/v1/, and its address https://rest.smsmode.com/sms/v1/messages.
"""

import http.client
import json
import socket
import ssl
from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from app.config import Settings
from app.language.typography import plain as typed
from app.letters.kinds import Words
from app.letters.rules import AttemptStage, LetterOutcome

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


def send(reference: UUID, number: str, words: Words, settings: Settings) -> LetterOutcome:
    """One attempt to have these words sent to `number` (E.164)."""
    speak = DIALECTS[settings.sms_dialect]
    headers, body = speak(settings.sms_key, number, typed(words.text), str(reference), words.report)
    return _post(urlsplit(settings.sms_url), headers, body)


def _post(address: SplitResult, headers: dict[str, str], body: dict[str, Any]) -> LetterOutcome:
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = kind(address.hostname or "", address.port, timeout=GATEWAY_SECONDS)
    path = f"{address.path or '/'}?{address.query}" if address.query else address.path or "/"
    told = {"Content-Type": "application/json", "Accept": "application/json", **headers}
    try:
        connection.request("POST", path, json.dumps(body), told)
        answer = connection.getresponse()
    except socket.gaierror as failure:
        return LetterOutcome(AttemptStage.NAME, said=str(failure))
    except ssl.SSLError as failure:
        return LetterOutcome(AttemptStage.TLS, said=str(failure))
    except (OSError, http.client.HTTPException) as failure:
        return LetterOutcome(AttemptStage.CONNECTION, said=str(failure))
    finally:
        connection.close()
    taken = 200 <= answer.status <= 299
    return LetterOutcome(None if taken else AttemptStage.GATEWAY, answer.status, answer.getheader("Retry-After") or "")
