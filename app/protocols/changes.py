"""What changes between two texts of a pathway, in the words of the screens on which they are written."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.language.phrases import gettext as _
from app.language.phrases import said
from app.pathways.schema import Pathway
from app.pathways.writing import table_of
from app.protocols.forms import WritingForm, form_for, words_of
from app.protocols.parts import KINDS, PartKind, Table, part_at, parts_of


@dataclass(frozen=True)
class Change:
    """One line: `Étape 3, Distance, en km: 5 → 8`. Before is empty for what is new, after for what is no more."""

    what: str
    before: str
    after: str


def changes(before: Pathway | None, after: Pathway) -> list[Change]:
    """None before: all of it is new, and nothing is listed."""
    if before is None:
        return []
    old, new = table_of(before), table_of(after)
    return [change for kind in KINDS.values() for change in _of_kind(kind, old, new)]


def _of_kind(kind: PartKind, old: Table, new: Table) -> Iterator[Change]:
    if not kind.several:
        yield from _fields(str(kind.name), kind, (old, 0), (new, 0))
        return
    was, now = _by_name(kind, old), _by_name(kind, new)
    for name, n in was.items():
        if name not in now:
            yield Change(str(kind.name), title_of(kind, old, n), "")
    for name, n in now.items():
        if name not in was:
            yield Change(str(kind.name), "", title_of(kind, new, n))
        else:
            yield from _fields(title_of(kind, new, n), kind, (old, was[name]), (new, n))
    kept = [name for name in was if name in now]
    if kept != [name for name in now if name in was]:
        yield Change(str(kind.name), "", _("un autre ordre"))


def _by_name(kind: PartKind, table: Table) -> dict[Any, int]:
    """Stages and copies have no name: the first is the first."""
    return {each.get("slug", n): n for n, each in enumerate(parts_of(table, kind))}


def _fields(what: str, kind: PartKind, old: tuple[Table, int], new: tuple[Table, int]) -> Iterator[Change]:
    was, now = (form_for(table, kind, n, formdata=None) for table, n in (old, new))
    there = [part_at(table, kind, n) is not None for table, n in (old, new)]
    for field in now:
        if field.short_name in ("base", "csrf_token"):
            continue
        left = value_of(was, field.short_name) if there[0] else ""
        right = value_of(now, field.short_name) if there[1] else ""
        if left != right:
            yield Change(_("%(part)s : %(field)s", part=what, field=field.label.text), left, right)


def value_of(form: WritingForm, name: str) -> str:
    """What a field says, in words."""
    field, data = form[name], form[name].data
    if name == "options":
        return ", ".join(said(entry["label"]) for entry in data if entry["label"])
    if isinstance(data, bool):
        return _("oui") if data else _("non")
    if words := words_of(field):
        chosen = data if isinstance(data, list) else [data]
        return ", ".join(str(words[each]) for each in chosen if each in words)
    return "" if data is None else said(str(data))


def title_of(kind: PartKind, table: Table, n: int) -> str:
    """What a part of a list is called, in a list and above its own screen."""
    here = parts_of(table, kind)[n]
    if kind.slug == "stages":
        return _("Étape %(n)s", n=n + 1)
    if kind.slug == "copies":
        return _("Copie %(n)s", n=n + 1)
    return _("%(kind)s « %(label)s »", kind=kind.name, label=said(here["label"]))
