"""Pages that a room leads to without knowing which room has them: it says their name, and the shell their address."""

from flask import Flask, current_app, url_for


def way(name: str, **values: object) -> str:
    """The address of the page of this name; `values` as for `url_for`. KeyError: the shell knows no such page."""
    return url_for(current_app.extensions["ways"][name], **values)  # type: ignore[arg-type]


def init_app(app: Flask) -> None:
    app.extensions["ways"] = {}
    app.jinja_env.globals["way"] = way
