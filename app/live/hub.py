"""One watcher per process, however many screens are open; each listener is told its own topics."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID

import structlog
from sqlalchemy import Engine

from app.core.waiting import UNAVAILABLE
from app.live.queries import versions
from app.live.watcher import Watcher

log = structlog.get_logger()

LOOK_AGAIN = 1.0  # seconds; the notice is a wake-up, this look is the truth
STREAMS_PER_ACCOUNT = 20


class Listener:
    """One open screen: what it knows, and the newest version of what it has yet to be told."""

    def __init__(self, owner: UUID, known: Mapping[str, int]) -> None:
        self.owner = owner
        self.dismissed = False
        self._known = dict(known)
        self._news: dict[str, int] = {}
        self._bell = threading.Condition()

    @property
    def topics(self) -> Iterable[str]:
        return self._known.keys()

    def tell(self, current: Mapping[str, int]) -> None:
        with self._bell:
            newer = {name: current[name] for name in self._known if current.get(name, 0) > self._known[name]}
            self._known.update(newer)
            self._news.update(newer)
            if newer:
                self._bell.notify()

    def dismiss(self) -> None:
        with self._bell:
            self.dismissed = True
            self._bell.notify()

    def news(self, timeout: float) -> list[tuple[str, int]]:
        """(topic, version) of what changed, by name; empty after `timeout` seconds without change."""
        with self._bell:
            if not self._news and not self.dismissed:
                self._bell.wait(timeout)
            news, self._news = self._news, {}
        return sorted(news.items())


class Hub:
    """Runs from the first listener to the last, on connections of its own (never those of a request)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._listeners: list[Listener] = []  # oldest first
        self._lock = threading.Lock()
        self._running = False

    @contextmanager
    def listening(self, owner: UUID, known: Mapping[str, int]) -> Iterator[Listener]:
        """Listen to the topics of `known` (name → version the screen shows) while the block runs."""
        listener = Listener(owner, known)
        self._admit(listener)
        try:
            self._catch_up(listener)
            yield listener
        finally:
            with self._lock:
                self._listeners.remove(listener)

    def _admit(self, listener: Listener) -> None:
        with self._lock:
            mine = [o for o in self._listeners if o.owner == listener.owner and not o.dismissed]
            if len(mine) >= STREAMS_PER_ACCOUNT:
                mine[0].dismiss()  # Most likely a page that was left; if not, it comes back by itself.
            self._listeners.append(listener)
            if not self._running:
                self._running = True
                threading.Thread(target=self._run, name="live-hub", daemon=True).start()

    def _catch_up(self, listener: Listener) -> None:
        """What changed between the page and its stream."""
        try:
            self._tell([listener])
        except UNAVAILABLE:
            log.warning("live_catch_up_failed")  # The next look of the hub tells it.

    def _run(self) -> None:
        watcher = Watcher(self._engine.url.render_as_string(hide_password=False))
        try:
            while listeners := self._present():
                try:
                    self._tell(listeners)
                except UNAVAILABLE as error:
                    log.warning("live_look_failed", error=type(error).__name__)
                watcher.wait(LOOK_AGAIN)
        finally:
            watcher.close()

    def _present(self) -> list[Listener]:
        with self._lock:
            self._running = bool(self._listeners)
            return list(self._listeners)

    def _tell(self, listeners: list[Listener]) -> None:
        names = {name for listener in listeners for name in listener.topics}
        with self._engine.connect() as connection:
            current = versions(connection, names)
        for listener in listeners:
            listener.tell(current)
