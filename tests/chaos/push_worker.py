"""Push workers to be killed, one after the other: sends what is due until then. Run with RELAIS_* set.

A nursery that has read the whole program forks each worker, so that a life begins in milliseconds, and prints its
process id. Leases and calls are shorter than the product's, so that a test can wait for what a dead worker held.
"""

import os
import time
from datetime import timedelta

from flask import Flask

from app import clock
from app.config import read_settings
from app.core.db import db
from app.push import outbox, sender, transport
from tests.push.house import one_room

outbox.LEASE = timedelta(seconds=2)
transport.CALL_TIMEOUT = 1.0
sender.BATCH, sender.AT_ONCE, sender.GROUP = 16, 8, 8


def main() -> None:
    app = one_room(read_settings())
    while True:
        worker = os.fork()
        if not worker:
            live(app)
        print(worker, flush=True)
        os.waitpid(worker, 0)


def live(app: Flask) -> None:
    nursery = os.getppid()
    while os.getppid() == nursery:
        with app.app_context():
            if not sender.send_due(clock.now()):
                db.session.remove()
                time.sleep(0.05)
    os._exit(0)


if __name__ == "__main__":
    main()
