"""A pathway as its file: one canonical text. What is read from it and written again is the same, byte for byte.

Only what differs from the schema's defaults is written, in the schema's order. The slug is the file's name, the owner
whoever reads it: neither stands in the file.
"""

from typing import Any

import tomli_w
from msgspec import NODEFAULT
from msgspec.structs import fields

from app.pathways.schema import Part, Pathway

NOT_IN_THE_FILE = ("slug", "owner")


def written(pathway: Pathway) -> str:
    """The text of its file (TOML 1.0)."""
    return tomli_w.dumps({key: value for key, value in table_of(pathway).items() if key not in NOT_IN_THE_FILE})


def table_of(part: Part) -> dict[str, Any]:
    """The table that `reading.parse_pathway` reads, without what goes without saying."""
    said = [(field, getattr(part, field.name)) for field in fields(part)]
    return {field.name: _plain(value) for field, value in said if field.default is NODEFAULT or value != field.default}


def _plain(value: Any) -> Any:
    if isinstance(value, Part):
        return table_of(value)
    return [_plain(each) for each in value] if isinstance(value, tuple) else value
