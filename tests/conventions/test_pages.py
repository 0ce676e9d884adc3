"""What a page's templates use is what its class has: no name is missing, and none is carried for nothing."""

import ast
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import Environment, nodes
from jinja2.meta import find_undeclared_variables

from app.core.htmx import Page
from app.shell.ways import PIECES
from tests.conftest import settings_for

ROOT = Path(__file__).parents[2]
DOORS = ("desk", "inbox", "records", "supervision", "joining", "emergency", "patient_space")

GIVEN = {"request", "session", "g", "config", "get_flashed_messages", "super", "caller"}
"""By Flask, and by Jinja itself."""

STREAMED = {"live_topics"}
"""Read by the layout, where a page has it."""


class Uses:
    """The names that a template takes from its page: its own, and those of what it includes and extends."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.known: dict[str, set[str]] = {}

    def of(self, template: str) -> set[str]:
        if template not in self.known:
            self.known[template] = set()
            self.known[template] = self._read(template)
        return self.known[template]

    def _read(self, template: str) -> set[str]:
        tree = self._parsed(template)
        own, given = find_undeclared_variables(tree), set_in(tree) | optional(tree)
        parents = [each for extends in tree.find_all(nodes.Extends) for each in self._named(extends, template)]
        given |= self._set_around(parents)
        included = [each for include in tree.find_all(nodes.Include) for each in self._named(include, template)]
        below = set().union(*(self.of(each) for each in (*included, *parents)))
        return (own | below) - given

    def _set_around(self, parents: list[str]) -> set[str]:
        """What a layout sets at its top, outside of everything, the blocks that fill it may use."""
        found: set[str] = set()
        for parent in parents:
            tree = self._parsed(parent)
            top = [each for each in tree.body if isinstance(each, nodes.Assign | nodes.Import | nodes.FromImport)]
            above = [name for extends in tree.find_all(nodes.Extends) for name in self._named(extends, parent)]
            found |= set_in(nodes.Template(top)) | self._set_around(above)
        return found

    def _parsed(self, template: str) -> nodes.Template:
        assert self.environment.loader
        source, _, _ = self.environment.loader.get_source(self.environment, template)
        return self.environment.parse(source)

    def _named(self, node: nodes.Include | nodes.Extends, template: str) -> Iterator[str]:
        """Those that it may mean: itself, or, when the name is put together, whatever its parts could make."""
        if isinstance(node.template, nodes.Const):
            yield node.template.value
            return
        if isinstance(node.template, nodes.Call) and getattr(node.template.node, "name", "") == "piece":
            yield PIECES[node.template.args[0].as_const()]
            return
        words = {each.value for each in self._parsed(template).find_all(nodes.Const) if isinstance(each.value, str)}
        folder = template.rpartition("/")[0]
        yield from (name for word in words if (name := f"{folder}/{word}.html") in self.environment.list_templates())


def set_in(tree: nodes.Template) -> set[str]:
    """Names that a template gives itself, as `set`, `for`, `import` or `macro` do."""
    stored = {name.name for name in tree.find_all(nodes.Name) if name.ctx in ("store", "param")}
    imported = {each.target for each in tree.find_all(nodes.Import)}
    taken = {n if isinstance(n, str) else n[1] for each in tree.find_all(nodes.FromImport) for n in each.names}
    return stored | imported | taken | {macro.name for macro in tree.find_all(nodes.Macro)}


def optional(tree: nodes.Template) -> set[str]:
    """Names of which a template itself asks whether they are there."""
    asked = (*tree.find_all(nodes.Test), *tree.find_all(nodes.Filter))
    found = ((each.name, each.node) for each in asked)
    return {node.name for name, node in found if name in ("defined", "default") and isinstance(node, nodes.Name)}


def pages(kind: type[Page] = Page) -> Iterator[type[Page]]:
    for each in kind.__subclasses__():
        yield each
        yield from pages(each)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    from app import create_app

    folder = tmp_path_factory.mktemp("pages")
    return create_app(settings_for(f"sqlite:///{folder / 'x.sqlite3'}", folder, RELAIS_DEMO="1"))


def given_to_all(house: Flask) -> set[str]:
    with house.test_request_context():
        everywhere = {name for each in house.template_context_processors[None] for name in each()}
    return {*house.jinja_env.globals, *everywhere, *GIVEN}


def test_a_page_has_the_names_that_its_templates_use_and_no_other(house: Flask) -> None:
    uses, everywhere = Uses(house.jinja_env), given_to_all(house)
    wrong = {}
    for page in pages():
        has = {field.name for field in fields(page)}
        used = uses.of(page.template) | (uses.of(page.fragment) if page.fragment else set())
        missing, idle = used - everywhere - has, has - used - STREAMED
        if missing or idle:
            wrong[page.__qualname__] = {"missing": missing, "idle": idle}
    assert wrong == {}


def test_every_page_of_a_door_is_typed() -> None:
    """`page("…", name=…)` is for the rooms below: nobody checks what such a page is given."""
    loose = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for door in DOORS
        for path in (ROOT / "app" / door).glob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
        if call.func.id in ("page", "render_template") and call.args and isinstance(call.args[0], ast.Constant)
    ]
    assert loose == []


def test_the_test_sees_a_missing_name(tmp_path: Path) -> None:
    """In what is included as in what is extended; and not what was set on the way."""
    from jinja2 import FileSystemLoader

    for name, text in {
        "around.html": "{% set ui = 1 %}{{ title }}{% block main %}{% endblock %}{{ late|default('') }}",
        "page.html": "{% extends 'around.html' %}{% block main %}{{ ui }}{% set own = 1 %}{% include '_part.html' %}"
        "{% endblock %}",
        "_part.html": "{{ own }}{{ forgotten }}",
    }.items():
        (tmp_path / name).write_text(text)
    assert Uses(Environment(loader=FileSystemLoader(tmp_path))).of("page.html") == {"title", "forgotten"}
