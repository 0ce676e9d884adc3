"""Writing a pathway as a coordinator does: read the form, change some fields, send it."""

from html.parser import HTMLParser
from io import BytesIO
from typing import Any

from werkzeug.test import TestResponse

from tests.factories.town import Person, Town


class Fields(HTMLParser):
    """What a browser would send of the form that one writes in."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self._inside = False
        self._area = self._select = ""
        self._first: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = "stack--form" in given.get("class", "")
        if not self._inside:
            return
        kind = given.get("type", "text")
        if tag == "input" and (kind not in ("radio", "checkbox") or "checked" in given) and kind != "file":
            self._add(given["name"], given.get("value", "y" if kind == "checkbox" else ""))
        if tag == "textarea":
            self._area = given["name"]
            self.sent[self._area] = [""]
        if tag == "select":
            self._select, self._first = given["name"], None
        if tag == "option" and self._select:
            self._first = given["value"] if self._first is None else self._first
            if "selected" in given:
                self._add(self._select, given["value"])

    def handle_data(self, data: str) -> None:
        if self._area:
            self.sent[self._area][0] += data.removeprefix("\n") if not self.sent[self._area][0] else data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        if tag == "textarea":
            self._area = ""
        if tag == "select" and self._select:
            if self._select not in self.sent and self._first is not None:
                self._add(self._select, self._first)
            self._select = ""

    def _add(self, name: str, value: str) -> None:
        self.sent.setdefault(name, []).append(value)


def fields(page: TestResponse) -> dict[str, list[str]]:
    reader = Fields()
    reader.feed(page.text)
    return reader.sent


def writes(person: Person, url: str, **changed: Any) -> TestResponse:
    """Open the screen, change these fields (None: unticked), send it."""
    page = person.get(url)
    assert page.status_code == 200, url
    return person.post(url, filled(page, **changed))


def filled(page: TestResponse, **changed: Any) -> dict[str, object]:
    sent: dict[str, object] = {**fields(page)}
    for name, value in changed.items():
        if value is None:
            sent.pop(name.replace("__", "-"), None)
        else:
            sent[name.replace("__", "-")] = value
    return sent


def puts_in_force(person: Person, slug: str, query: str = "") -> TestResponse:
    """Read what changes, then say yes."""
    page = person.get(f"/pathways/{slug}/draft/changes{query}")
    return person.post(f"/pathways/{slug}/activation{query}", {"base": base(page)})


def base(page: TestResponse) -> str:
    return page.text.split('name="base" value="')[1].split('"')[0] if 'name="base"' in page.text else ""


def imports(town: Town, source: str | bytes, name: str = "home-care.toml") -> TestResponse:
    content = source.encode() if isinstance(source, str) else source
    return town.coordinator.post("/pathways/import", {"file": (BytesIO(content), name)})
