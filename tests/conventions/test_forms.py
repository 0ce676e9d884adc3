"""What is typed into any form of somebody who is signed in outlives the end of her session."""

import inspect
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType

import pytest
from flask import Flask
from wtforms import BooleanField, FileField, HiddenField, MultipleFileField, RadioField, SelectField
from wtforms.fields.core import UnboundField

from app import create_app
from app.core.forms import Form
from tests.conftest import settings_for

TAPPED = (BooleanField, FileField, HiddenField, MultipleFileField, RadioField, SelectField)
READS = {"validate", "validate_on_submit", "read"}

NOT_KEPT = {
    "planning.answer": "a tap; why it will not be done is a line, and asked again",
    "planning.link": "a tap; the forms with text are those of the page that it shows",
    "membership.confirm_email": "a code is a secret, and is typed again",
    "inbox.refuse": "a tap; the forms with text are those of the page that it shows",
    "inbox.set_skills": "boxes to tick; the form with text is another one of its page",
    "inbox.withdraw": "a tap; the forms with text are those of the page that it shows",
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("house")
    return create_app(settings_for(f"sqlite:///{folder / 'relais.sqlite3'}", folder))


def names_in(code: CodeType) -> set[str]:
    inner = [each for each in code.co_consts if isinstance(each, CodeType)]
    return set(code.co_names).union(*(names_in(each) for each in inner))


def called(function: FunctionType) -> Iterator[object]:
    """What of our own code it names."""
    names = names_in(function.__code__)
    for name in names:
        found = function.__globals__.get(name)
        yield found
        if isinstance(found, ModuleType) and found.__name__.startswith("app."):
            yield from (getattr(found, other, None) for other in names)


def functions(function: FunctionType, depth: int) -> dict[FunctionType, None]:
    found: dict[FunctionType, None] = {function: None}
    for each in called(function) if depth else ():
        if isinstance(each, FunctionType) and each.__module__.startswith("app."):
            found |= functions(inspect.unwrap(each), depth - 1)
    return found


def typed_into(view: FunctionType) -> set[str]:
    """Names of the forms with text that this view may read."""
    if not any(names_in(near.__code__) & READS for near in functions(view, 1)):
        return set()
    forms = {each for near in functions(view, 3) for each in called(near) if isinstance(each, type)}
    return {form.__name__ for form in forms if issubclass(form, Form) and has_text(form)}


def has_text(form: type[Form]) -> bool:
    fields = [each for name in dir(form) if isinstance(each := getattr(form, name, None), UnboundField)]
    return any(not issubclass(field.field_class, TAPPED) for field in fields)


def test_every_form_with_text_survives_a_session_that_ends(house: Flask) -> None:
    lost, kept = {}, 0
    for rule in house.url_map.iter_rules():
        view = house.view_functions[rule.endpoint]
        if "POST" not in (rule.methods or set()) or getattr(view, "guard", "public").startswith(("public", "capabil")):
            continue
        resumable = getattr(view, "resumable", False)
        kept += resumable
        if not resumable and rule.endpoint not in NOT_KEPT and (forms := typed_into(inspect.unwrap(view))):
            lost[rule.endpoint] = forms
    assert not lost, f"mark these views @resumable, or say in NOT_KEPT why not: {lost}"
    assert kept > 20


def test_what_is_not_kept_exists(house: Flask) -> None:
    for endpoint in NOT_KEPT:
        assert not getattr(house.view_functions[endpoint], "resumable", False), endpoint
