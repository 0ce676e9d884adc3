"""A browser with one person and one passkey provider in front of it."""

import re
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.accounts.authenticator import Authenticator


class Browser(FlaskClient):
    """A client whose every request starts from nothing, as a real one does.

    Flask lends a request the application context that a test holds open, and with it whoever was signed in.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        with self.application.app_context():
            return super().open(*args, **kwargs)


@dataclass
class Visitor:
    app: Flask
    device: Authenticator = field(default_factory=Authenticator)

    def __post_init__(self) -> None:
        self.browser = Browser(self.app, self.app.response_class)
        self.token = ""

    def visit(self, path: str, **more: Any) -> TestResponse:
        answer = self.browser.get(path, **more)
        if found := re.search(r'name="csrf_token"[^>]* value="([^"]+)"', answer.text):
            self.token = found.group(1)
        return answer

    def send(self, path: str, **fields: str) -> TestResponse:
        return self.browser.post(path, data={"csrf_token": self.token, **fields})

    def ask(self, path: str, body: object = None) -> TestResponse:
        return self.browser.post(path, json={} if body is None else body, headers={"X-CSRFToken": self.token})

    def enrol(self, page: str) -> TestResponse:
        """Make a passkey from `page`, where its form sends."""
        form = re.search(r'action="([^"]+)" data-passkey="create" data-options="([^"]+)"', self.visit(page).text)
        assert form, "nobody makes a passkey on this page"
        options = self.ask(form[2])
        assert options.status_code == 200
        return self.ask(form[1], self.device.create(options.get_json()))

    def prove(self) -> TestResponse:
        """Show the passkey again, before a change to the account."""
        self.visit("/proof")
        options = self.ask("/proof/options")
        assert options.status_code == 200
        return self.ask("/proof/verification", self.device.get(options.get_json()))

    def sign_in(self, next_page: str = "") -> TestResponse:
        if self.visit("/sign-in").status_code == 303:  # already signed in
            self.visit("/account")
        options = self.ask("/sign-in/options")
        assert options.status_code == 200
        url = "/sign-in/verification" + (f"?next={next_page}" if next_page else "")
        return self.ask(url, self.device.get(options.get_json()))

    def signed_in(self) -> bool:
        return self.browser.get("/account").status_code == 200
