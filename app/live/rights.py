"""Who may hear that something changed. Each room says so for its own topics; without a rule, nobody may."""

from collections.abc import Callable, Iterable
from uuid import UUID

from app.accounts.models import Account

Rule = Callable[[Account, UUID], bool]

_rules: dict[str, Rule] = {}


def may_listen(family: str) -> Callable[[Rule], Rule]:
    """Register the rule of a family: `(account, key) -> bool`, asked at the opening and every 15 s."""

    def register(rule: Rule) -> Rule:
        _rules[family] = rule
        return rule

    return register


def allowed(account: Account, topic_names: Iterable[str]) -> list[str]:
    """Those of `topic_names` (`<family>-<uuid>`) that `account` may hear of, in the same order."""
    return [name for name in topic_names if _may_hear(account, name)]


def _may_hear(account: Account, name: str) -> bool:
    family, dash, text = name[:-37], name[-37:-36], name[-36:]
    rule = _rules.get(family)
    if rule is None or dash != "-":
        return False
    try:
        key = UUID(text)
    except ValueError:
        return False
    # Only the spelling that `topic_name` writes: any other would listen to a name that never changes.
    return str(key) == text and rule(account, key)
