"""The request for care and its state machine; no screens."""

from flask import Flask


def init_app(app: Flask) -> None:
    from app.care_requests import attachments, departures, queries
    from app.documents.rights import may_open
    from app.live.rights import may_listen
    from app.membership.leaving import on_leaving

    may_listen("request")(queries.may_follow)
    may_listen("requests")(queries.may_follow_organization)
    may_listen("decisions")(queries.may_decide_as)
    may_listen("board")(queries.may_watch_board)
    may_open(attachments.may_open)
    on_leaving(departures.hand_on)
