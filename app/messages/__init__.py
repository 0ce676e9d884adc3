"""What a person is told, by which way, and whether it arrived.

`actions.py` has the verbs: a notice becomes an alert (`models.py`), and messages in the outbox of the room below
(`app/push`). `rules.py` says when a person may be disturbed, `digests.py` rings what waited for that; `channels.py`
goes on by mail and SMS when no phone confirms, `checks.py` tries devices, `reachability.py` judges from facts alone
whether a person can be reached, and `funnel.py` reads how far what was said came.
"""

from uuid import UUID

from flask import Flask

from app.accounts.models import Account
from app.core.events import listen
from app.letters import kinds
from app.letters.kinds import LetterKind
from app.letters.rules import URGENT
from app.live.rights import may_listen
from app.membership.leaving import Departure
from app.messages import actions, channels, checks
from app.messages.actions import ReachChanged
from app.messages.views import bp
from app.push.outbox import DeliveryChanged


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    listen(app, DeliveryChanged, actions.announce_reach)
    listen(app, ReachChanged, checks.refresh_test)
    kinds.register([channels.UNCONFIRMED], LetterKind(channels.compose, URGENT, channels.note_ending))
    listen(app, Departure, actions.silence_who_left)
    may_listen("push-test")(_is_her_own)


def _is_her_own(account: Account, account_id: UUID) -> bool:
    return account.id == account_id
