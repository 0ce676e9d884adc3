"""What is written and not yet in force: how it begins, and what it still lacks. Tables in, tables out."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from app.language.phrases import gettext as _
from app.language.phrases import said
from app.language.typography import NO_BREAK
from app.pathways.models import PathwayDraft
from app.pathways.reading import parse_pathway, problems
from app.pathways.schema import Pathway
from app.pathways.writing import table_of
from app.protocols.changes import title_of as part_title
from app.protocols.forms import STAGES
from app.protocols.parts import KINDS, PartKind, Table, parts_of, place_of
from app.protocols.words import in_french


def blank() -> Table:
    """What is still to be written: no reason yet, and words that say what they are for."""
    return {
        "icon": "house",
        "explanation": _("À écrire."),
        "agreement": _(
            "Le patient est d'accord pour que sa demande soit proposée à des professionnels, et son nom donné à la"
            " personne qui accepte."
        ),
        "modes": ["home"],
        "windows": [{"slug": "two-days", "label": _("Sous 48 h"), "hours": 48}],
        "search": {
            "profession": "nurse",
            "hours": [7, 21],
            "stages": [
                {"kind": "circle", "minutes": 20, "offer_minutes": 50},
                {"kind": "near", "km": 10, "minutes": 20, "offers": 7, "offer_minutes": 20},
            ],
        },
        "after": {"start_hours": 48},
    }


def kept_table(pathway: Pathway) -> Table:
    """As a draft keeps it: without its owner, dates as text."""
    table: Table = msgspec.to_builtins(table_of(pathway))
    table.pop("owner", None)
    return table


def new_table(title: str, slug: str, model: Pathway | None, offered: Sequence[Pathway]) -> Table:
    """A copy of the model under this name, or what is still to be written; the last of those that are offered."""
    begun = kept_table(model) if model else blank()
    last = max((each.order for each in offered), default=0)
    return {**begun, "slug": slug, "version": 1, "order": last + 1, "title": title, "short_title": title[:40].strip()}


def draft_title(draft: PathwayDraft) -> str:
    return said(draft.body.get("title", draft.slug))


def pathway_of(table: Table) -> Pathway | None:
    """None while something is missing or wrong."""
    return None if problems(table) else parse_pathway(table)


@dataclass(frozen=True)
class Lack:
    """What keeps a draft from being put in force, and the screen on which it is mended."""

    where: str
    words: str
    kind: PartKind
    n: int


def lacks(table: Table) -> list[Lack]:
    found = []
    for key, words in problems(table):
        kind, n = place_of(key)
        rows = parts_of(table, kind) if kind.several else []
        where = part_title(kind, table, n) if 0 <= n < len(rows) else str(kind.name)
        at = n if not kind.several or 0 <= n < len(rows) else len(rows)
        found.append(Lack(where, in_french(words), kind, max(at, 0)))
    return found


@dataclass(frozen=True)
class DraftSection:
    """A list of the draft: each part with its words. Or one screen, with none."""

    kind: PartKind
    parts: list[str]
    told: str


def sections(table: Table) -> list[DraftSection]:
    return [_section(kind, table) for kind in KINDS.values()]


def _section(kind: PartKind, table: Table) -> DraftSection:
    if kind.several:
        return DraftSection(kind, [_line(kind, each) for each in parts_of(table, kind)], "")
    if kind.slug == "words":
        return DraftSection(kind, [], said(table.get("title", "")))
    if kind.schema:
        here = table.get(kind.key) or {}
        return DraftSection(kind, [], said(here["label"]) if here else _("Aucune"))
    return DraftSection(kind, [], "")


def _line(kind: PartKind, here: Table) -> str:
    if kind.slug != "stages":
        return said(here.get("label") or here.get("text") or "")
    far = f" · {here['km']}{NO_BREAK}km" if here.get("km") else ""
    return f"{STAGES[here['kind']]}{far}"
