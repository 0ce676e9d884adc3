"""What a form says of how a patient reads: on her own pages, and where her card is printed."""

from flask import abort, request

from app.language.phrases import PATIENTS

SIZES = {"large": True, "usual": False}


def chosen_reading() -> tuple[str | None, bool | None]:
    """The language, and whether in large letters, each none where nothing was said of it."""
    language, size = request.form.get("lang"), request.form.get("text")
    if (language and language not in PATIENTS) or (size and size not in SIZES):
        abort(400)
    return language or None, SIZES.get(size or "")
