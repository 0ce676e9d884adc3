"""Finding someone: who is asked, in which order, how many at once, and what their answer does."""

from flask import Flask


def init_app(app: Flask) -> None:
    from app.core.events import listen
    from app.directory.actions import invite_again, take_place
    from app.directory.queries import phones_of
    from app.dispatch import actions, departures, queries
    from app.live.rights import may_listen
    from app.membership.closing import must_hand_over
    from app.membership.invitations import on_arrival, on_renewal
    from app.membership.leaving import on_leaving
    from app.messages.actions import ReachChanged
    from app.messages.queries import numbers_of

    may_listen("inbox")(queries.may_listen_to_inbox)
    listen(app, ReachChanged, actions.refresh_reach)
    numbers_of.provide(app, phones_of)
    must_hand_over(departures.patients_in_hand)
    on_leaving(departures.let_go)
    on_arrival(take_place)
    on_renewal(invite_again)
