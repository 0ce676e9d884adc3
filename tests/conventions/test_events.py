"""What rooms hear of each other and ask of each other stands in ARCHITECTURE.md, in words that this test writes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask

from app.core.events import listeners_in, providers_in

ROOT = Path(__file__).parents[2]


def in_words(function: Callable[..., Any]) -> str:
    return f"`{function.__module__.removeprefix('app.')}.{function.__qualname__}`"


def links(app: Flask) -> str:
    lines = ["| below | above | how |", "|---|---|---|"]
    for fact, listeners in sorted(listeners_in(app).items(), key=lambda item: in_words(item[0])):
        lines += [f"| {in_words(fact)} | {in_words(listener)} | hears |" for listener in listeners]
    for question, function in sorted(providers_in(app).items(), key=lambda item: in_words(item[0])):
        lines.append(f"| {in_words(question)} | {in_words(function)} | answers |")
    return "\n".join(lines)


def test_architecture_lists_what_rooms_hear_and_answer(app: Flask) -> None:
    assert links(app) in (ROOT / "ARCHITECTURE.md").read_text(), f"put this into ARCHITECTURE.md:\n{links(app)}"
