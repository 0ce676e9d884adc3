"""From where an act came: which door, and which network."""

import enum
from contextvars import ContextVar

from flask import has_request_context, request

from app.audit.rules import network


class Source(enum.StrEnum):
    WEB = "web"  # a screen, signed in or signing in
    NOTICE = "notice"  # a button of a notice, on a phone that was not opened
    PATIENT_LINK = "patient-link"
    WORKER = "worker"
    CLI = "cli"


_KEY = "relais.audit_source"
_process = ContextVar("audit_source", default=Source.CLI)


def came_by(source: Source) -> None:
    """Said by a view that is not an ordinary screen, and by the worker, before anything is recorded."""
    if has_request_context():
        request.environ[_KEY] = source
    else:
        _process.set(source)


def origin() -> tuple[Source, str]:
    """(door, network) of what is being done now.

    The address is the one that connected, or what the proxies that the operator trusts say of it (`core.limits`).
    """
    if has_request_context():
        return request.environ.get(_KEY, Source.WEB), network(request.remote_addr)
    return _process.get(), ""
