"""How a room is heard by rooms above it, and asks them, without importing them.

An event is a fact, in the past tense: a frozen dataclass of the room in which it happens. Whoever listens is called in
the transaction that writes it. A provider is a question that only a room above can answer, written as the function that
answers while nobody does. Both are registered with the app, so that two apps in one process do not hear each other, and
both stand in ARCHITECTURE.md, which a test compares.
"""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar

from flask import Flask, current_app

Fact = TypeVar("Fact")
P = ParamSpec("P")
R = TypeVar("R")

Listeners = dict[type[Any], list[Callable[[Any], None]]]
Providers = dict["provider[..., Any]", Callable[..., Any]]


def listen(app: Flask, fact: type[Fact], listener: Callable[[Fact], None]) -> None:
    """Call `listener` with each `fact` that is announced, in the order of registration. What it raises undoes all."""
    listeners_in(app).setdefault(fact, []).append(listener)


def announce(fact: object) -> None:
    for listener in listeners_in(current_app).get(type(fact), ()):
        listener(fact)


class provider(Generic[P, R]):
    """`@provider` above the function that answers by default; `its_name.provide(app, function)` in the room above."""

    def __init__(self, default: Callable[P, R]) -> None:
        self._default = default
        update_wrapper(self, default)

    def provide(self, app: Flask, function: Callable[P, R]) -> None:
        providers_in(app)[self] = function

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        function: Callable[P, R] = providers_in(current_app).get(self, self._default)
        return function(*args, **kwargs)


def listeners_in(app: Flask) -> Listeners:
    listeners: Listeners = app.extensions.setdefault("events", {})
    return listeners


def providers_in(app: Flask) -> Providers:
    providers: Providers = app.extensions.setdefault("providers", {})
    return providers
