"""10,000 messages under 200 deaths, on both engines: `python -m tests.chaos.push_at_scale [messages] [kills]`.

Too long for the suite, which has the same in small. Prints the table that stands in RESULTS.md; exit code 1 when a
message was lost, or when one would show twice.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos.push_lives import Count, survive
from tests.conftest import make_tables, settings_for
from tests.push.house import one_room
from tests.services.postgres import PostgresServer
from tests.services.push_service import FakePushService

PHONES = 100
WITHIN, REST = 600.0, 240.0
"""Seconds for the deaths, and for what is left after the last."""


def trial(name: str, url: str, messages: int, kills: int) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        make_tables(url, Path(folder))
        app, service = one_room(settings_for(url, Path(folder))), FakePushService()
        started = time.monotonic()
        try:
            with app.app_context():
                count = survive(
                    app, service, phones=PHONES, alerts=messages // PHONES, kills=kills, within=WITHIN, rest=REST
                )
        finally:
            service.close()
    print(row(name, count, time.monotonic() - started), flush=True)
    return count.nothing_lost


def row(name: str, count: Count, seconds: float) -> str:
    lost = count.owed - count.arrived
    cells = (name, count.owed, count.kills, lost, count.duplicates, count.odd_twins, f"{seconds:.0f} s")
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def main() -> None:
    messages, kills = (int(number) for number in sys.argv[1:]) if len(sys.argv) == 3 else (10_000, 200)
    print("| engine | messages | SIGKILLs | lost | arrived twice | of which would show twice | time |")
    print("|---|---|---|---|---|---|---|")
    server = PostgresServer(durable=True).start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            fine = [
                trial("SQLite", f"sqlite:///{os.path.join(folder, 'chaos.sqlite3')}", messages, kills),
                trial("PostgreSQL", server.create_database(), messages, kills),
            ]
    finally:
        server.close()
    sys.exit(0 if all(fine) else 1)


if __name__ == "__main__":
    main()
