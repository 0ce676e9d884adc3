"""A page as a person meets it: headings, states, buttons."""

from html.parser import HTMLParser

from werkzeug.test import TestResponse


class Screen(HTMLParser):
    """Reads an answer: `text`, the `states` it announces, the `offers` it shows, every `id`, and each `h1`."""

    def __init__(self, response: TestResponse) -> None:
        super().__init__()
        self.html = response.get_data(as_text=True)
        self.words: list[str] = []
        self.headings = 0
        self.states: list[str | None] = []
        self.offers: list[str | None] = []
        self.ids: list[str | None] = []
        self.values: dict[str | None, str | None] = {}
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.headings += tag == "h1"
        if known.get("role") == "status" and "data-state" in known:
            self.states.append(known["data-state"])
        if tag == "article" and "data-offer" in known:
            self.offers.append(known["data-offer"])
        if "id" in known:
            self.ids.append(known["id"])
        if tag == "input":
            self.values[known.get("id")] = known.get("value")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def is_sound(self) -> bool:
        """One title, and no id twice."""
        return self.headings == 1 and len(self.ids) == len(set(self.ids))
