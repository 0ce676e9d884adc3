"""Is this browser a ward's shared tablet? The room `tablets` marks and knows it; here its mark is only recognized."""

from flask import current_app, request


def cookie_name() -> str:
    """`__Host-` demands https and the root path (RFC 6265bis), as for the session's own cookie."""
    at_home = current_app.config["SETTINGS"].production and not request.script_root
    return "__Host-relais-tablet" if at_home else "relais-tablet"


def mark() -> str:
    """What the tablet shows to be known; empty on any other browser. It alone opens nothing."""
    return request.cookies.get(cookie_name(), "")
