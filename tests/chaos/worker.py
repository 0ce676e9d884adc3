"""The real worker, to be killed. Its leases and calls are shorter than the product's, so that a test can wait for
what a dead one held."""

from datetime import timedelta

from app.cli import main
from app.push import outbox, transport

outbox.LEASE = timedelta(seconds=2)
transport.CALL_TIMEOUT = 1.5

if __name__ == "__main__":
    main(["worker"])
