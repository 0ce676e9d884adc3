"""The pathways that this Relais knows."""

from pathlib import Path
from typing import cast

from flask import current_app

from app.pathways.schema import Pathway, read_pathway

CATALOG = Path(__file__).parent / "catalog"


def load_catalog(folder: Path = CATALOG) -> dict[str, Pathway]:
    return {pathway.slug: pathway for pathway in (read_pathway(path) for path in sorted(folder.glob("*.toml")))}


def pathways() -> dict[str, Pathway]:
    """By slug, in the order of their files' names."""
    return cast(dict[str, Pathway], current_app.extensions["pathways"])
