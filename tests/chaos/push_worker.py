"""A push worker to be killed: sends what is due until then. Run as a process of its own, with RELAIS_* set.

It says "ready" once it works. Its lease and its calls are shorter than the product's, so that a test can wait
for what a dead worker held.
"""

import time
from datetime import timedelta

from app.config import read_settings
from app.core import clock
from app.core.db import db
from app.push import outbox, sender
from tests.push.house import one_room

outbox.LEASE = timedelta(seconds=2)
sender.CALL_TIMEOUT = 0.5
sender.BATCH, sender.AT_ONCE = 16, 8


def main() -> None:
    app = one_room(read_settings())
    print("ready", flush=True)
    while True:
        with app.app_context():
            if not sender.send_due(clock.now()):
                db.session.remove()
                time.sleep(0.05)


if __name__ == "__main__":
    main()
