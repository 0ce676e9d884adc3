"""Facts that rooms hear, and questions that rooms above answer."""

import pytest
from flask import Flask

from app.core.events import announce, listen, provider


class Happened:
    pass


@provider
def number_of_rooms(floor: int) -> int:
    return 0


def test_two_apps_in_one_process_do_not_hear_each_other() -> None:
    one, other = Flask("one"), Flask("other")
    heard: list[str] = []
    listen(one, Happened, lambda _fact: heard.append("one"))
    listen(other, Happened, lambda _fact: heard.append("other"))
    number_of_rooms.provide(other, lambda floor: floor * 2)
    for app, rooms in ((one, 0), (other, 6)):
        with app.app_context():
            announce(Happened())
            assert number_of_rooms(3) == rooms
    assert heard == ["one", "other"]


def test_what_a_listener_raises_reaches_who_announced() -> None:
    app = Flask("app")

    def refuse(_fact: Happened) -> None:
        raise LookupError

    listen(app, Happened, refuse)
    with app.app_context(), pytest.raises(LookupError):
        announce(Happened())
