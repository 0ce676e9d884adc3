"""The watcher's eyes, and what it does when the database goes away."""

import sqlite3
import threading
from pathlib import Path

import psycopg
import pytest

from app.live.watcher import Watcher


@pytest.fixture
def sqlite_path(tmp_path: Path) -> Path:
    path = tmp_path / "a file.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE t (n)")
    connection.close()
    return path


def test_a_new_watcher_reports_a_change_then_waits(sqlite_path: Path) -> None:
    watcher = Watcher(f"sqlite:///{sqlite_path}")
    assert watcher.wait(0)
    assert not watcher.wait(0.1)
    writer = sqlite3.connect(sqlite_path)
    writer.execute("INSERT INTO t VALUES (1)")
    assert not watcher.wait(0.1)
    writer.commit()
    assert watcher.wait(60)
    assert not watcher.wait(0.1)
    writer.close()
    watcher.close()


def test_a_missing_database_is_waited_for_and_not_created(tmp_path: Path, sqlite_path: Path) -> None:
    absent = tmp_path / "later.sqlite3"
    watcher = Watcher(f"sqlite:///{absent}")
    assert not watcher.wait(0.3)
    assert not absent.exists()
    sqlite_path.rename(absent)
    assert watcher.wait(60)
    watcher.close()


def test_postgresql_notices_arrive_at_commit(postgres_url: str) -> None:
    watcher = Watcher(postgres_url)
    assert watcher.wait(60)
    assert not watcher.wait(0.1)
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as writer:
        writer.execute("SELECT pg_notify('relais_live', '')")
        assert not watcher.wait(0.3)
        writer.rollback()
        assert not watcher.wait(0.3)
        writer.execute("SELECT pg_notify('relais_live', '')")
        writer.commit()
        assert watcher.wait(60)
    assert not watcher.wait(0.1)
    watcher.close()


def test_a_killed_postgresql_connection_is_replaced_and_reports_a_change(postgres_url: str) -> None:
    watcher = Watcher(postgres_url)
    assert watcher.wait(60)
    heard: list[bool] = []
    waiting = threading.Thread(target=lambda: heard.append(watcher.wait(60)))
    waiting.start()
    kill_listeners(postgres_url)
    waiting.join(70)
    assert heard == [True]
    assert not watcher.wait(0.1)
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as writer:
        writer.execute("NOTIFY relais_live")
        assert watcher.wait(60)
    watcher.close()


def kill_listeners(url: str) -> None:
    """As when the database restarts: every `LISTEN` connection is cut."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        killed = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'relais live'"
            " AND datname = current_database()"
        ).fetchall()
    assert killed
