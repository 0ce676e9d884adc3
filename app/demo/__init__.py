"""The demonstration: an invented territory that behaves like a real one, and the right to be anyone in it.

`people.toml` and `requests.toml` are the invented facts, `people.py` and `requests.py` read them; `plot.py`, `tale.py`
and `crowd.py` are how people behave, told with the real verbs; `timeline.py` lets many tales pass at once;
`territory.py` tells the past days and `replay.py` the present one. `phones.py` is what their alerts ring on.
"""

from dataclasses import replace

from flask import Flask

from app.accounts.sessions import login_manager
from app.demo import phones
from app.demo.personas import PersonaMount, account_of
from app.demo.views import bp


def init_app(app: Flask) -> None:
    """Called in demo mode only: anyone may become anyone here."""
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(settings, push_hosts=(*settings.push_hosts, phones.origin(settings)))
    app.register_blueprint(bp)
    app.extensions["ways"]["front-door"] = "demo.show"
    app.wsgi_app = PersonaMount(app.wsgi_app)  # type: ignore[method-assign]
    login_manager.request_loader(account_of)
