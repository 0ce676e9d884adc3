"""The coordinator's door: that nobody is forgotten; and the house's own health."""

from flask import Flask


def init_app(app: Flask) -> None:
    from app.supervision import audit_views, emergencies, pathway_views, search_views  # noqa: F401 -- they add their routes
    from app.supervision.views import bp

    app.register_blueprint(bp)
