"""What a worker with nothing to do costs: its share of one core, on each engine. Not a test.

python -m tests.bench.idle [seconds]
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.conftest import make_tables
from tests.services.postgres import PostgresServer

TICKS = os.sysconf("SC_CLK_TCK")
SETTLES = 5.0  # seconds: the first looks compile their statements


def share_of_a_core(url: str, folder: Path, seconds: float) -> float:
    """CPU of the worker's process, as Linux counts it, over the time that passed."""
    make_tables(url, folder)
    environment = os.environ | {"RELAIS_DATABASE_URL": url, "RELAIS_DATA": str(folder)}
    worker = subprocess.Popen([sys.executable, "-m", "app.cli", "worker"], env=environment, stderr=subprocess.PIPE)
    try:
        assert worker.stderr is not None
        while b"worker_started" not in worker.stderr.readline():
            pass
        time.sleep(SETTLES)
        began, spent = time.monotonic(), cpu_seconds(worker.pid)
        time.sleep(seconds)
        return (cpu_seconds(worker.pid) - spent) / (time.monotonic() - began)
    finally:
        worker.terminate()
        worker.communicate(timeout=30)


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def main(seconds: str = "60") -> None:
    server = PostgresServer(durable=True).start()
    try:
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
            for name, url, folder in (
                ("SQLite", f"sqlite:///{one}/idle.sqlite3", one),
                ("PostgreSQL", server.create_database(), other),
            ):
                share = share_of_a_core(url, Path(folder), float(seconds))
                print(f"{name}: an idle worker uses {share:.2%} of a core", flush=True)
    finally:
        server.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
