"""What the pages that people open most may ask of the database: so many statements, exactly, on both engines."""

import pytest
from flask import Flask

from tests.bench.pages import asked_by, looks

BUDGETS = {
    "inbox": 7,
    "offer": 8,
    "visits": 8,
    "Suivi": 5,
    "request": 10,  # with its thread; 9 where nothing was said
    "board": 9,
    "person": 28,  # the trail of the reading included, as for the next; the folder and the book ask one each
    "life": 22,  # one of each room that tells of it, and three of who reads
}
"""In statements, sign-in and layout included. Whoever makes a page ask less lowers its number here.

A request asks whether its reader is refused by name (decision 0054)."""


@pytest.mark.usefixtures("now")
def test_statements_of_each_page(demonstration: Flask) -> None:
    asked = {look.name: asked_by(demonstration, look) for look in looks(demonstration)}
    told = "\n\n".join("\n".join([name, *asked[name]]) for name in BUDGETS if len(asked[name]) != BUDGETS[name])
    assert {name: len(statements) for name, statements in asked.items()} == BUDGETS, told
