"""Reading a page as a person does."""

import re
from html import unescape
from io import BytesIO

from werkzeug.test import TestResponse

from tests.factories import files


def words(answer: TestResponse) -> str:
    """What the page says, in one line, without its tags."""
    text = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", answer.text, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def value(answer: TestResponse, name: str) -> str:
    """What the field of this name holds."""
    tag = next(tag for tag in re.findall(r"<input[^>]*>", answer.text) if f'name="{name}"' in tag)
    found = re.search(r'value="([^"]*)"', tag)
    return unescape(found[1]) if found else ""


def chosen(answer: TestResponse, name: str) -> str | None:
    """The choice that is made among the radio buttons of this name."""
    tags = [tag for tag in re.findall(r"<input[^>]*>", answer.text) if f'name="{name}"' in tag and " checked" in tag]
    found = re.search(r'value="([^"]*)"', tags[0]) if tags else None
    return found[1] if found else None


def state(answer: TestResponse) -> str:
    """The state that the open request's own status shows."""
    found = re.search(r'role="status" data-state="(\w+)"', answer.text)
    assert found is not None, "no status on this page"
    return found[1]


def document(body: bytes = b"", name: str = "biologie.pdf") -> tuple[BytesIO, str]:
    """A file as a browser sends it: a lab result unless said otherwise."""
    return BytesIO(body or files.pdf()), name
