"""One name, one thing: in a room for what its files say to each other, in the whole house for kinds of things."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]

MANNERS = {"init_app", "oldest_due"}
"""What each room, and each timer, says of itself under the same name."""

EDGES = {"get", "post", "put", "delete", "route", "command", "group", "context_processor", "app_context_processor"}
"""A view or a command is named like the verb that it calls: nobody imports it, its name is an address."""

Defined = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def defined() -> Iterator[tuple[Path, Defined]]:
    """The functions and classes at the top of each file, those of its own use (`_name`) aside."""
    for path in sorted((ROOT / "app").rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, Defined) and not node.name.startswith("_"):
                yield path.relative_to(ROOT / "app"), node


def is_edge(node: Defined) -> bool:
    called = [each.func for each in node.decorator_list if isinstance(each, ast.Call)]
    return any(isinstance(function, ast.Attribute) and function.attr in EDGES for function in called)


def test_no_name_stands_for_two_things_in_one_room() -> None:
    where: dict[str, set[str]] = defaultdict(set)
    for path, node in defined():
        if node.name not in MANNERS and not is_edge(node):
            where[f"{path.parts[0]}: {node.name}"].add(path.name)
    assert {name: files for name, files in where.items() if len(files) > 1} == {}


def test_no_class_is_called_like_another_of_the_house() -> None:
    where: dict[str, set[str]] = defaultdict(set)
    for path, node in defined():
        if isinstance(node, ast.ClassDef):
            where[node.name].add(str(path))
    assert {name: files for name, files in where.items() if len(files) > 1} == {}
