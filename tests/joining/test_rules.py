"""Who is a professional in the State's words, and when two names mean one person."""

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from app.accounts.rules import professional
from app.joining.rules import same_person
from tests.joining.conftest import userinfo

NURSE = userinfo("10001234567", "60")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def changed(**more: Any) -> dict[str, Any]:
    return copy.deepcopy(NURSE) | more


def exercice(**more: str) -> dict[str, Any]:
    return {"SubjectRefPro": {"exercices": [NURSE["SubjectRefPro"]["exercices"][0] | more]}}


def test_the_number_loses_the_digit_of_its_kind() -> None:
    person = professional(NURSE)
    assert person is not None
    assert (person.rpps, person.professions) == ("10001234567", ("60",))
    assert (person.given_name, person.family_name) == ("Maya", "DUPRÉ")


def test_the_number_may_stand_among_the_other_ids() -> None:
    person = professional(changed(SubjectNameID="ANS20231122132732"))
    assert person is not None
    assert person.rpps == "10001234567"


def test_a_profession_is_named_once_and_an_empty_one_never() -> None:
    two = userinfo("10001234567", "60", "", "50", "60")
    person = professional(two)
    assert person is not None
    assert person.professions == ("60", "50")


def test_without_a_name_of_exercise_the_family_name_serves() -> None:
    person = professional(changed(**exercice(nomDexercice="")))
    assert person is not None
    assert person.family_name == "DUPRÉ"


@pytest.mark.parametrize(
    "wrong",
    [
        {"SubjectRefPro": None},
        {"SubjectRefPro": {}},
        {"SubjectRefPro": {"exercices": []}},
        {"SubjectRefPro": {"exercices": [None, "60"]}},
        exercice(codeProfession=""),
        exercice(codeCategorieProfessionnelle="E"),  # a student
        {"SubjectNameID": "", "otherIds": []},
        {"SubjectNameID": "0910012345", "otherIds": []},  # ADELI
        {"SubjectNameID": "810001234567\n", "otherIds": [{"identifiant": "810001234567", "origine": "EDIT"}]}
        | exercice(codeProfession=" "),
        {"SubjectNameID": "8١٠٠٠١٢٣٤٥٦٧", "otherIds": []},  # digits, but not ours
    ],
    ids=str,
)
def test_others_are_no_professionals(wrong: dict[str, Any]) -> None:
    assert professional(changed(**wrong)) is None


def test_without_subject_ref_pro_nobody_is_a_professional() -> None:
    less = {name: value for name, value in NURSE.items() if name != "SubjectRefPro"}
    assert professional(less) is None


@pytest.mark.parametrize(
    ("said", "known", "same"),
    [
        (("maya", "dupre"), ("maya", "dupre"), True),
        (("marie claire", "dupre"), ("marie claire anne", "dupre"), True),
        (("maya", "dupre"), ("maya", "dupre martin"), True),
        (("maya", "dupre martin"), ("maya", "dupre"), True),
        (("maya", "martin"), ("maya", "dupre"), False),
        (("ines", "dupre"), ("maya", "dupre"), False),
        (("maya", ""), ("maya", "dupre"), False),
        (("", "dupre"), ("", "dupre"), False),
    ],
)
def test_names_are_compared_as_people_write_them(said: tuple[str, str], known: tuple[str, str], same: bool) -> None:
    assert same_person(said, known) is same
