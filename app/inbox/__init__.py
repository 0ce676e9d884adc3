"""The practitioner's door: what awaits an answer, what was taken, and one tap for each."""

from uuid import uuid4

from flask import Flask


def init_app(app: Flask) -> None:
    from app.inbox import copies, notices, offers, practice, visits  # noqa: F401 -- they add their routes
    from app.inbox.device_tests import may_listen_to_test, note_outcome
    from app.inbox.useful import answered_among
    from app.inbox.views import bp
    from app.live.rights import may_listen
    from app.push import find_useful, on_lost, on_received

    app.register_blueprint(bp)
    app.jinja_env.globals["new_key"] = uuid4  # of a tap: a form sent twice is one answer
    may_listen("push-test")(may_listen_to_test)
    find_useful(answered_among)
    on_received(note_outcome)
    on_lost(note_outcome)
