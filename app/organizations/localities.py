"""Under which names and postal codes a commune is known: rows made of La Poste's lines and of the former communes."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from app.organizations.postal_file import PostalLine
from app.organizations.words import searched

LinesByCode = Mapping[str, Sequence[PostalLine]]
"""Lines by INSEE code, in the order of the file."""


def commune_rows(named: LinesByCode, known: Mapping[str, str]) -> list[dict[str, str]]:
    """Rows of `Commune`, without positions. `known`: names by code, kept where the file only lacks their accents."""
    rows = []
    for code, lines in named.items():
        name, codes = lines[0].names[0], {line.postal_code for line in lines}
        if searched(known.get(code, "")) == searched(name):
            name = known[code]
        only = codes.pop() if len(codes) == 1 else ""
        rows.append({"code": code, "name": name, "search_name": searched(name), "postal_code": only})
    return rows


def still_former(named: LinesByCode, former: Iterable[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """Those that are part of a commune of the file; an older file may have them as communes of their own."""
    return [
        row for row in former if row["today"] in named and (row["code"] not in named or row["code"] == row["today"])
    ]


def locality_rows(named: LinesByCode, former: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Rows of `Locality`: every name of the file with its postal codes, and each code that a former commune had."""
    alike = cache(searched)
    by_name: dict[tuple[str, str], Mapping[str, str]] = {}
    rows: dict[tuple[str, str, str, str], str] = {}
    for row in former:
        place = row["today"], alike(row["name"])
        if not row["name"] or place in by_name or place[1] == alike(named[row["today"]][0].names[0]):
            rows[row["today"], "", "", row["code"]] = ""
        else:
            by_name[place] = row
    unsaid = dict(by_name)
    for code, lines in named.items():
        for line in lines:
            for name in line.names:
                place = code, alike(name)
                was = by_name.get(place, {"code": "", "name": name})
                rows.setdefault((*place, line.postal_code, was["code"]), was["name"])
                unsaid.pop(place, None)
    rows.update({(*place, "", row["code"]): row["name"] for place, row in unsaid.items()})
    columns = ("commune_code", "search_name", "postal_code", "former_code")
    return [{**dict(zip(columns, key, strict=True)), "name": name} for key, name in rows.items()]
