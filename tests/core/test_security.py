"""Which unsafe requests are believed to come from our own pages."""

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from app.core.security import same_site


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({}, True),  # Neither a browser of this decade, nor anything that carries a cookie by itself.
        ({"Origin": "https://relais.example"}, True),
        ({"Origin": "https://relais.example:8443"}, False),
        ({"Origin": "http://relais.example"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "https://relais.example.evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "nonsense"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://relais.example"}, False),
    ],
)
def test_same_site(headers: dict[str, str], ours: bool) -> None:
    environ = EnvironBuilder("/requests", "https://relais.example/", method="POST", headers=headers).get_environ()
    assert same_site(Request(environ)) is ours
