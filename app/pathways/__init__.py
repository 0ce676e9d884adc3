"""Care pathways as files: what is asked, of whom, how patiently."""

from flask import Flask

from app.pathways.library import load_catalog


def init_app(app: Flask) -> None:
    """Read every pathway now: a wrong one must stop the start, not a request at three in the morning."""

    app.extensions["pathways"] = load_catalog()
    app.extensions["pathway_versions"] = {}
