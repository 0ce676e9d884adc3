"""One open stream, read in a thread of its own as a browser would."""

import queue
import threading
import time

from flask import Flask

from app.live.views import ALIVE


class Stream:
    """`GET url` with a cookie; `status`, then `next()` again and again."""

    def __init__(self, app: Flask, url: str, cookie: str) -> None:
        self._chunks: queue.Queue[str | None] = queue.Queue()
        client = app.test_client(use_cookies=False)
        self._response = client.get(url, headers={"Cookie": cookie}, buffered=False)
        self.status = self._response.status_code
        self.headers = self._response.headers
        self._closing = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def next(self, seconds: float = 60) -> str | None:
        """The next bytes that are not a sign of life, as text; None at the end of the stream."""
        ends = time.monotonic() + seconds
        while (chunk := self._chunks.get(timeout=max(0.0, ends - time.monotonic()))) == ALIVE:
            continue
        return chunk

    def silent(self, seconds: float) -> bool:
        """Whether nothing but signs of life comes for `seconds`."""
        try:
            return self.next(seconds) is None
        except queue.Empty:
            return True

    def close(self) -> None:
        self._closing = True
        self._reader.join(timeout=10)

    def _read(self) -> None:
        for chunk in self._response.response:
            if self._closing:
                break
            self._chunks.put(chunk.decode() if isinstance(chunk, bytes) else chunk)
        self._response.close()
        self._chunks.put(None)
