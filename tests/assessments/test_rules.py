"""What answers come to, without a database: FACTS_COORDINATION 1.2 and 1.3, checks 13 to 16."""

from collections import Counter
from itertools import product
from pathlib import Path

import pytest

from app.assessments.library import load_grids, read_grid
from app.assessments.rules import VARIABLES, gir, result_of, variables_of
from app.core.files import WrongFile

GRIDS = load_grids()
NAMES = list(VARIABLES)

KATZ = dict.fromkeys(("hygiene", "dressing", "toilet", "moving", "continence", "eating"), "alone")
LAWTON = dict.fromkeys(
    ("telephone", "shopping", "cooking", "housework", "laundry", "transport", "medicines", "money"), "alone"
)


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        *(("CCCCCCCC", 1), ("CCBBBBAA", 2), ("AACCBCCC", 2), ("AACCCCAA", 2), ("AACBABAA", 4), ("AABBAAAA", 4)),
        *(("BBBBBBBB", 4), ("AABAAAAA", 5), ("AAAAAACC", 5), ("BAAAAAAA", 6), ("AAAAAAAA", 6)),
    ],
)
def test_the_gir_of_each_vector(letters: str, expected: int) -> None:
    assert gir(dict(zip(NAMES, letters, strict=True))) == expected


def test_how_many_of_all_answers_lead_to_each_gir() -> None:
    counted = Counter(gir(dict(zip(NAMES, letters, strict=True))) for letters in product("ABC", repeat=8))
    assert counted == {1: 8, 2: 3208, 3: 2400, 4: 760, 5: 157, 6: 28}


@pytest.mark.parametrize(
    ("variable", "parts", "letter"),
    [
        *(("coherence", "aa", "A"), ("coherence", "ac", "C"), ("coherence", "ab", "B")),
        *(("washing", "ac", "B"), ("washing", "cc", "C"), ("dressing", "cca", "B"), ("dressing", "ccc", "C")),
        *(("eating", "bc", "C"), ("eating", "cb", "C"), ("eating", "ac", "B"), ("eating", "bb", "B")),
        *(("elimination", "ca", "C"), ("elimination", "bb", "B")),
    ],
)
def test_a_variable_is_made_of_its_parts(variable: str, parts: str, letter: str) -> None:
    alone = {part: "a" for each in VARIABLES.values() for part in each}
    said = alone | dict(zip(VARIABLES[variable], parts, strict=True))
    assert variables_of(said)[variable] == letter


def test_one_missing_answer_is_no_gir_and_is_named() -> None:
    said = {item.slug: "a" for item in GRIDS["aggir"].items}
    assert result_of(GRIDS["aggir"], said).value == 6
    del said["indoors"]
    missing = result_of(GRIDS["aggir"], said)
    assert missing.value is None
    assert missing.missing == ("indoors",)


def test_lace_of_an_emergency_stay_of_five_days_is_fourteen_and_high() -> None:
    said = {"length": "4-6", "acute": "yes", "comorbidity": "4", "emergency": "2"}
    result = result_of(GRIDS["lace"], said)
    assert (result.value, result.out_of, result.reading) == (14, 19, "élevé")


def test_each_variant_of_hospital_counts_one_admission_in_its_own_way() -> None:
    none = dict.fromkeys(("haemoglobin", "oncology", "sodium", "procedure", "unplanned", "length"), "no")
    assert result_of(GRIDS["hospital-2013"], {**none, "admissions": "1-5"}).value == 2
    assert result_of(GRIDS["hospital-2016"], {**none, "admissions": "0-1"}).value == 0
    whole = dict.fromkeys(none, "yes") | {"admissions": "6"}
    assert result_of(GRIDS["hospital-2013"], whole).value == result_of(GRIDS["hospital-2013"], whole).out_of == 13


def test_never_having_done_it_is_no_loss() -> None:
    assert (result_of(GRIDS["lawton"], LAWTON).value, result_of(GRIDS["lawton"], LAWTON).out_of) == (8, 8)
    he_never_cooked = result_of(GRIDS["lawton"], LAWTON | {"cooking": "never", "shopping": "not"})
    assert (he_never_cooked.value, he_never_cooked.out_of) == (6, 7)


def test_katz_counts_halves() -> None:
    assert result_of(GRIDS["katz"], KATZ | {"moving": "helped", "eating": "not"}).value == 4.5


def test_one_sad_answer_asks_for_more_and_happiness_counts_the_other_way_round() -> None:
    well = {"sad": "no", "empty": "no", "happy": "yes", "hopeless": "no"}
    assert result_of(GRIDS["mini-gds"], well).reading == "rien qui alerte"
    assert result_of(GRIDS["mini-gds"], well | {"happy": "no"}).reading == "aller plus loin"


@pytest.mark.parametrize("slug", ["trst", "isar"])
def test_two_signs_in_the_emergency_department_are_the_threshold(slug: str) -> None:
    grid = GRIDS[slug]
    said = {item.slug: "no" for item in grid.items}
    one, two, *_ = said
    assert result_of(grid, said | {one: "yes"}).reading == "sous le seuil"
    assert result_of(grid, said | {one: "yes", two: "yes"}).reading == "évaluation à proposer"


def test_a_total_counted_on_paper_is_only_written_down() -> None:
    written = result_of(GRIDS["mmse"], {"total": "22"})
    assert (written.value, written.out_of) == (22, 30)
    assert result_of(GRIDS["mmse"], {}).value is None


def test_no_grid_whose_items_are_reserved_asks_them() -> None:
    assert {slug for slug, grid in GRIDS.items() if grid.result == "total"} == {"mna-sf", "braden", "zarit", "mmse"}
    assert not any(GRIDS[slug].items for slug in ("mna-sf", "braden", "zarit", "mmse"))


GOOD = """
version = 1
order = 1
title = "T"
explanation = "E"
about = "mood"
result = "points"
clinical = true
source = "S"
choices = [{ slug = "yes", label = "Oui", points = 1 }, { slug = "no", label = "Non" }]
items = [{ slug = "one", label = "Un ?" }]
"""


@pytest.mark.parametrize(
    ("said", "instead", "mistake"),
    [
        ('about = "mood"', 'about = "moon"', "about"),
        ('result = "points"', 'result = "gir"', "every part of every variable"),
        ('result = "points"', 'result = "total"', "asks nothing"),
        ('title = "T"', 'titel = "T"', "titel"),
        ('items = [{ slug = "one", label = "Un ?" }]', "items = []", "everything else asks"),
        (', { slug = "no", label = "Non" }', "", "two or more"),
        ('source = "S"', 'source = "S"\nmost = 3', "most"),
        ('label = "Un ?" }', 'label = "Un ?" }, { slug = "one", label = "Deux ?" }', "same slug"),
    ],
)
def test_a_wrong_file_says_what_is_wrong_and_where(tmp_path: Path, said: str, instead: str, mistake: str) -> None:
    right, wrong = tmp_path / "right.toml", tmp_path / "wrong.toml"
    right.write_text(GOOD, encoding="utf-8")
    assert read_grid(right).slug == "right"
    assert said in GOOD
    wrong.write_text(GOOD.replace(said, instead), encoding="utf-8")
    with pytest.raises(WrongFile, match=rf"^wrong\.toml: line [1-9]\d*: .*{mistake}"):
        read_grid(wrong)
