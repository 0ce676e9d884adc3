"""One icon of the sprite. A page has up to fifty, and each name is drawn once per process."""

from functools import lru_cache

from markupsafe import Markup

from app.shell.views import asset

DRAWN = Markup('<svg class="icon{}"{}><use href="{}#{}"/></svg>')
FACING = frozenset({"arrow-left", "arrow-right", "chevron-right"})
"""They point along the line, and turn with it where it runs from right to left."""
DECORATION, SPEAKING = Markup(' aria-hidden="true"'), Markup(' role="img" aria-label="{}"')


def lucide(name: str, label: str | None = None) -> Markup:
    """With a label it speaks, without it is decoration."""
    sprite = asset("icons/lucide.svg")
    return _drawn(SPEAKING.format(label), sprite, name) if label else _decoration(sprite, name)


@lru_cache(maxsize=256)
def _decoration(sprite: str, name: str) -> Markup:
    return _drawn(DECORATION, sprite, name)


def _drawn(said: Markup, sprite: str, name: str) -> Markup:
    return DRAWN.format(" icon--facing" if name in FACING else "", said, sprite, name)
