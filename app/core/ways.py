"""Pages that a room leads to, and pieces that it shows, without knowing which room has them: it says their name, and
the shell where they are."""

from flask import Flask, current_app, request, url_for


def way(name: str, **values: object) -> str:
    """The address of the page of this name; `values` as for `url_for`. KeyError: the shell knows no such page."""
    return url_for(current_app.extensions["ways"][name], **values)  # type: ignore[arg-type]


def public_address(path: str) -> str:
    """This path under the configured address, not the one this page was asked by: a link or a code that somebody is
    handed must not bear a forged Host header."""
    return f"{current_app.config['SETTINGS'].base_url}{path.removeprefix(request.script_root)}"


def piece(name: str) -> str:
    """The template of this name, to include. KeyError: the shell knows no such piece."""
    template: str = current_app.extensions["pieces"][name]
    return template


def init_app(app: Flask) -> None:
    app.extensions.update(ways={}, pieces={})
    app.jinja_env.globals.update(way=way, piece=piece)
