"""The house behind a real address, in this process."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server


class WholeFiles(WSGIRequestHandler):
    """Reads a file before it sends it. Werkzeug does not close the answer to a browser that has hung up, and the file
    that it left open would fail whichever test runs when it is collected."""

    def make_environ(self) -> dict[str, object]:
        return {**super().make_environ(), "wsgi.file_wrapper": read}


def read(file: IO[bytes], _: int = 0) -> Iterable[bytes]:
    with file:
        return [file.read()]


def listening(app: Flask, port: int = 0) -> BaseWSGIServer:
    """A server that has its port and answers once `serve_forever` runs; 0: a free one."""
    return make_server("127.0.0.1", port, app, threaded=True, request_handler=WholeFiles)


@contextmanager
def serving(app: Flask, port: int = 0) -> Iterator[str]:
    """The address at which `app` answers until the end of the block; passkeys need the name `localhost`."""
    server = listening(app, port)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
