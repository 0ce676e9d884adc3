"""The parts of a pathway that is being written, each on a screen of its own. Tables in, tables out."""

import hashlib
import re
import unicodedata
from collections.abc import Collection
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import msgspec

from app.language.phrases import later
from app.language.spelling import unmarked
from app.pathways.schema import Attachment, Copy, Part, Question, Reason, SignOff, Stage, Task, Window

Table = dict[str, Any]

RESERVED = frozenset({"new", "import"})
"""What an address of this door says instead of a pathway's name."""


@dataclass(frozen=True)
class PartKind:
    """A kind of part: where it stands in the file, and what it is called. `several`: one of a list, of this `schema`;
    else these `keys` of the table at `path`, and of the whole."""

    slug: str
    path: tuple[str, ...]
    name: str
    add: str
    schema: type[Part] | None = None
    keys: tuple[str, ...] = ()
    whole_keys: tuple[str, ...] = ()
    several: bool = False

    @property
    def key(self) -> str:
        return ".".join(self.path)


WORDS = (
    *("title", "short_title", "icon", "explanation", "agreement", "modes", "aim", "starts", "often"),
    *("several", "recurring", "order"),
)
SEARCH = ("profession", "hours", "choice", "proposals", "answer_hours", "around")
AFTER = ("start_hours", "start_label", "finish_label", "usual", "checklist", "free", "outcome_to")

KINDS = {
    kind.slug: kind
    for kind in (
        PartKind("words", (), later("Les mots"), "", whole_keys=WORDS),
        PartKind("reasons", ("reasons",), later("Motif"), later("Ajouter un motif"), Reason, several=True),
        PartKind("questions", ("questions",), later("Question"), later("Ajouter une question"), Question, several=True),
        PartKind("windows", ("windows",), later("Délai"), later("Ajouter un délai"), Window, several=True),
        PartKind("attachment", ("attachment",), later("Pièce jointe"), "", Attachment),
        PartKind("sign-off", ("sign_off",), later("Décision et protocole"), "", SignOff),
        PartKind("search", ("search",), later("La recherche"), "", keys=SEARCH, whole_keys=("place",)),
        PartKind("stages", ("search", "stages"), later("Étape"), later("Ajouter une étape"), Stage, several=True),
        PartKind("after", ("after",), later("Après l'acceptation"), "", keys=AFTER),
        PartKind("tasks", ("after", "tasks"), later("Tâche"), later("Ajouter une tâche"), Task, several=True),
        PartKind("copies", ("after", "copies"), later("Copie"), later("Ajouter une copie"), Copy, several=True),
    )
}
"""In the order in which a pathway is read."""


def parts_of(table: Table, kind: PartKind) -> list[Table]:
    """Those of a list, as they stand."""
    found = _at(table, kind.path[:-1]).get(kind.path[-1])
    return found if isinstance(found, list) else []


def part_at(table: Table, kind: PartKind, n: int) -> Table | None:
    """The n-th of a list, or the only one there is; none when it is still to be written."""
    if kind.several:
        return dict(enumerate(parts_of(table, kind))).get(n)
    if kind.schema:
        found = _at(table, kind.path[:-1]).get(kind.path[-1])
        return found if isinstance(found, dict) else None
    here = _at(table, kind.path)
    return {key: here[key] for key in kind.keys if key in here} | {
        key: table[key] for key in kind.whole_keys if key in table
    }


def put(table: Table, kind: PartKind, n: int, new: Table | None) -> Table:
    """A table with this part instead; without it when there is none; at the end when `n` is beyond."""
    changed = deepcopy(table)
    if kind.several:
        rows = parts_of(changed, kind)
        rows[n : n + 1] = [new] if new is not None else []
        _set(changed, kind.path, rows)
    elif kind.schema:
        _set(changed, kind.path, new)
    else:
        for where, keys in ((_reached(changed, kind.path), kind.keys), (changed, kind.whole_keys)):
            for key in keys:
                where.pop(key, None)
            where.update({key: (new or {})[key] for key in keys if key in (new or {})})
    return changed


def moved(table: Table, kind: PartKind, n: int, by: int) -> Table:
    """A table whose n-th part stands one place further; as it is, at an end."""
    changed = deepcopy(table)
    rows = parts_of(changed, kind)
    if 0 <= n < len(rows) and 0 <= n + by < len(rows):
        rows.insert(n + by, rows.pop(n))
    return changed


def _at(table: Table, path: tuple[str, ...]) -> Table:
    for key in path:
        table = table.get(key) or {}
    return table


def _reached(table: Table, path: tuple[str, ...]) -> Table:
    for key in path:
        table = table.setdefault(key, {})
    return table


def _set(table: Table, path: tuple[str, ...], value: Any) -> None:
    where = _reached(table, path[:-1])
    if value:
        where[path[-1]] = value
    else:
        where.pop(path[-1], None)


def print_of(value: Any) -> str:
    """Whether two texts are one: a part as it was shown, and as it is now. Empty for what there is not."""
    if value is None:
        return ""
    return hashlib.sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()[:16]


def place_of(key: str) -> tuple[PartKind, int]:
    """The screen on which `search.stages[2].km` is mended; of a list without number, its next one."""
    lists = sorted((kind for kind in KINDS.values() if kind.schema), key=lambda kind: -len(kind.key))
    for kind in lists:
        if found := re.match(rf"{re.escape(kind.key)}(?:\[(\d+)\])?(?:\.|$)", key):
            return kind, int(found[1]) if found[1] else -1
    top, _, under = key.partition(".")
    for kind in KINDS.values():
        if top in kind.whole_keys or (kind.key == top and (not under or under.split("[")[0] in kind.keys)):
            return kind, 0
    return KINDS["words"], 0


def field_of(key: str, kind: PartKind, n: int) -> str | None:
    """The field of this screen that holds `search.stages[2].km`; none when it is on another."""
    if place_of(key) != (kind, n if kind.several else place_of(key)[1]):
        return None
    start = f"{kind.key}[{n}]" if kind.several else kind.key
    return re.split(r"[.\[]", key.removeprefix(start).lstrip("."))[0]


def slug_of(words: str, taken: Collection[str]) -> str:
    """A name for the file, of these words, that no other of them has."""
    apart = unicodedata.normalize("NFKD", unmarked(words)).encode("ascii", "ignore").decode()
    slug = "-".join(re.findall(r"[a-z0-9]+", apart))[:48].strip("-") or "x"
    candidates = (slug, *(f"{slug}-{n}" for n in range(2, len(taken) + 3)))
    return next(each for each in candidates if each not in taken)
