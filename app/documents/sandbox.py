"""Files are read by `press.py`, in a process of its own: two at once, for twenty seconds, without our secrets."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import NamedTuple

import structlog

from app.documents.rules import WrongDocument

PRESS = Path(__file__).with_name("press.py")
PATIENCE = 20.0
"""Seconds, for the work; and as long for its turn."""

_turns = threading.BoundedSemaphore(2)
"""A photo of fifty million points takes 300 MB while it is made smaller."""

log = structlog.get_logger()


class Pressed(NamedTuple):
    media_type: str
    pages: int
    body: bytes


def keep(body: bytes) -> Pressed:
    """The clean form of a file: a JPEG, or a PDF of nothing but its pages. Raises `WrongDocument`."""
    return _pressed(body, "keep")


def page(pdf: bytes, number: int) -> Pressed:
    """A picture of one page (the first is 1) of a document that was kept. Raises `WrongDocument`."""
    return _pressed(pdf, "page", str(number))


def _pressed(body: bytes, *command: str) -> Pressed:
    if not _turns.acquire(timeout=PATIENCE):
        raise WrongDocument.because("busy")
    try:
        # Isolated (-I): neither our environment, with its secret, nor the folder that it is started from.
        done = subprocess.run(  # noqa: S603 -- our own program, and words of ours
            [sys.executable, "-I", str(PRESS), *command],
            input=body,
            capture_output=True,
            timeout=PATIENCE,
            env={"PATH": os.defpath},
        )
    except subprocess.TimeoutExpired:
        raise WrongDocument.because("too-much") from None
    finally:
        _turns.release()
    head, _, made = done.stdout.partition(b"\n")
    if done.returncode or not head:
        # What it says may show what it read: its last line names the fault alone, and the code a killed process.
        log.warning("document_broke_the_press", code=done.returncode)
        raise WrongDocument.because("too-much")
    said = json.loads(head)
    if "wrong" in said:
        raise WrongDocument.because(said["wrong"], **said["facts"])
    return Pressed(said["media_type"], said["pages"], made)
