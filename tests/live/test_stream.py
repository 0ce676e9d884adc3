"""What a listening screen is told, on both engines, with the real watcher. Every wait is generous."""

import subprocess
import sys
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.core.db import db
from app.live import hub, queries
from app.live.actions import topic_name
from app.live.models import Topic
from tests.live.conftest import COOKIE, House
from tests.live.stream import Stream

FIRST, SECOND = sorted((uuid4(), uuid4()), key=str)


def event(key, version: int) -> str:
    return f"event: thing-{key}\ndata: {version}\n\n"


def listen(house: House, opened: list[Stream], *keys, version: int = 0, token: str = "") -> Stream:
    house.watched.update(keys)
    stream = house.open(token or house.sign_in(), *keys, version=version)
    opened.append(stream)
    return stream


def test_a_change_is_told_as_topic_and_version_and_nothing_else(house, opened) -> None:
    stream = listen(house, opened, FIRST)
    assert stream.headers["Content-Type"].startswith("text/event-stream")
    assert stream.headers["Cache-Control"] == "no-store"
    assert stream.headers["X-Accel-Buffering"] == "no"
    house.change(FIRST)
    assert stream.next() == event(FIRST, 1)
    house.change(FIRST)
    assert stream.next() == event(FIRST, 2)


def test_a_commit_of_another_process_is_told(house, opened) -> None:
    stream = listen(house, opened, FIRST)
    assert stream.silent(0.5)
    url = house.app.config["SQLALCHEMY_DATABASE_URI"]
    subprocess.run([sys.executable, "-c", WRITE_ALONE, url, topic_name("thing", FIRST)], check=True)
    assert stream.next() == event(FIRST, 7)


WRITE_ALONE = """
import sys
from sqlalchemy import create_engine, text
with create_engine(sys.argv[1]).begin() as connection:
    row = {"name": sys.argv[2]}
    connection.execute(text("INSERT INTO live_topic VALUES (:name, 7, '2026-11-24 09:00:00')"), row)
    if sys.argv[1].startswith("postgresql"):
        connection.execute(text("SELECT pg_notify('relais_live', '')"))
"""


def test_topics_of_one_transaction_are_written_and_told_in_one_order(house, opened) -> None:
    stream = listen(house, opened, SECOND, FIRST)
    house.change(SECOND, FIRST)
    assert [stream.next(), stream.next()] == [event(FIRST, 1), event(SECOND, 1)]


def test_an_undone_transaction_tells_nobody(house, opened) -> None:
    stream = listen(house, opened, FIRST)
    with pytest.raises(ZeroDivisionError):
        house.change_and_fail(FIRST)
    assert stream.silent(1.5)
    house.change(FIRST)
    assert stream.next() == event(FIRST, 1)


def test_others_topics_are_not_told(house, opened) -> None:
    stream = listen(house, opened, FIRST)
    house.change(SECOND)
    assert stream.silent(1.5)


def test_what_changed_between_the_page_and_its_stream_is_told_at_once(house, opened) -> None:
    for _ in range(3):
        house.change(FIRST)
    assert listen(house, opened, FIRST, version=1).next() == event(FIRST, 3)
    assert listen(house, opened, FIRST, version=3).silent(1.5)


def test_a_slow_listener_is_told_the_newest_version_only(house) -> None:
    listener = hub.Listener(uuid4(), {"a": 0, "b": 4})
    for version in range(1, 9):
        listener.tell({"a": version, "b": 4, "c": version})
    assert listener.news(0) == [("a", 8)]
    listener.tell({"a": 8})
    assert listener.news(0) == []


def test_a_revoked_right_ends_the_stream(house, opened) -> None:
    token = house.sign_in()
    stream = listen(house, opened, FIRST, SECOND, token=token)
    house.watched.discard(SECOND)
    assert stream.next() is None
    # Coming back, the page hears what it still may, and is refused when nothing is left.
    assert listen(house, opened, FIRST, token=token).status == 200
    assert house.open(token, SECOND).status == 403


def test_a_sign_out_ends_the_stream_and_says_so(house, opened) -> None:
    token = house.sign_in()
    stream = listen(house, opened, FIRST, token=token)
    house.sign_out(token)
    assert stream.next() == "event: signed-out\ndata:\n\n"
    assert stream.next() is None
    assert house.open(token, FIRST).status == 401


def test_nobody_listens_without_signing_in_nor_without_a_rule(house) -> None:
    house.watched.add(FIRST)
    assert house.open("nobody", FIRST).status == 401
    token = house.sign_in()
    for topics in (f"other-{FIRST}:0", f"thing-{FIRST.hex}:0", f"thing-{str(FIRST).upper()}", "thing-x:1", "", ":,:"):
        assert Stream(house.app, f"/live?topics={topics}", f"who={token}").status == 403


def test_a_stream_does_not_last_for_ever(house, opened, monkeypatch) -> None:
    monkeypatch.setattr("app.live.views.LONGEST", 0.5)
    assert listen(house, opened, FIRST).next() is None


def test_the_oldest_of_too_many_streams_gives_way(house, opened, monkeypatch) -> None:
    monkeypatch.setattr(hub, "STREAMS_PER_ACCOUNT", 2)
    token = house.sign_in()
    first, second, third = (listen(house, opened, FIRST, token=token) for _ in range(3))
    assert first.next() is None
    house.change(FIRST)
    assert second.next() == third.next() == event(FIRST, 1)


def test_no_connection_is_held_between_two_looks(house, opened) -> None:
    streams = [listen(house, opened, FIRST) for _ in range(5)]
    with house.app.app_context():
        pool = db.engine.pool
    ends = time.monotonic() + 60
    while pool.checkedout():
        assert time.monotonic() < ends, f"{pool.checkedout()} connections stay with {len(streams)} streams"
        time.sleep(0.02)


def test_the_hub_sleeps_when_nobody_listens(house, opened) -> None:
    stream = listen(house, opened, FIRST)
    the_hub = house.app.extensions["live"]
    stream.close()
    deadline = time.monotonic() + 60
    while the_hub._running and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not the_hub._running
    again = listen(house, opened, FIRST)
    house.change(FIRST)
    assert again.next() == event(FIRST, 1)


def test_a_page_shows_for_sure_only_what_had_changed_before_it_was_begun(house) -> None:
    house.change(FIRST)
    house.change(FIRST)
    names = [topic_name("thing", FIRST), topic_name("thing", SECOND)]
    with house.app.app_context():
        changed_at = db.session.scalars(select(Topic.changed_at)).one()
        assert queries.stamp(names, changed_at + timedelta(minutes=1)) == f"{names[0]}:2,{names[1]}:0"
        assert queries.stamp(names, changed_at) == f"{names[0]}:1,{names[1]}:0"


def test_many_topics_are_asked_for_in_portions(house) -> None:
    keys = [uuid4() for _ in range(1200)]
    house.change(*keys)
    names = [topic_name("thing", key) for key in keys]
    with house.app.app_context(), db.engine.connect() as connection:
        assert queries.versions(connection, [*names, "absent"]) == dict.fromkeys(names, 1)


def test_a_page_without_a_stream_hears_the_same_once(house) -> None:
    client, (mine, calm, foreign) = house.app.test_client(), (uuid4(), uuid4(), uuid4())
    house.watched.update((mine, calm))
    house.change(mine, foreign)
    house.change(mine)
    client.set_cookie(COOKIE, house.sign_in())

    def asked(**versions: int) -> str:
        keys = {"mine": mine, "calm": calm, "foreign": foreign}
        return "/live/changes?topics=" + ",".join(f"thing-{keys[name]}:{known}" for name, known in versions.items())

    assert client.get(asked(mine=1, calm=0, foreign=0)).json == {f"thing-{mine}": 2}
    assert client.get(asked(mine=2, calm=0)).json == {}
    house.watched.discard(mine)
    assert client.get(asked(mine=0, calm=0)).json == {}
    assert client.get(asked(foreign=0)).status_code == 403
    house.sign_out_all()
    assert client.get(asked(calm=0)).status_code == 401
