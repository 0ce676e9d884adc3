"""A pathway file with one thing wrong: the start stops, and says which file and which key."""

import re
from pathlib import Path

import pytest

from app.core.files import WrongFile
from app.pathways.library import CATALOG, load_catalog
from app.pathways.reading import read_pathway

GOOD = (CATALOG / "home-care.toml").read_text(encoding="utf-8")

MISTAKES = {
    "an unknown key": ("version = 5", "version = 5\nversoin = 1", r"line \d+: versoin"),
    "a missing key": ("title = ", "# title = ", "title"),
    "a text for a number": ("version = 5", 'version = "3"', r"line 1: version"),
    "a number for a text": ('icon = "house"', "icon = 3", "icon"),
    "a missing reason's care": ('care = "Pansement"\n', "", r"reasons\[0\].*care"),
    "a reason's unknown key": ('care = "Injection"', 'care = "Injection"\ncolour = "red"', r"reasons\[1\]\.colour"),
    "a reason's minutes in words": ("minutes = 45", 'minutes = "long"', r"reasons\[2\]\.minutes"),
    "two reasons of one name": ('slug = "injection"', 'slug = "dressing"', "reasons"),
    "two windows of one name": ('slug = "tomorrow"\n', 'slug = "today"\n', "windows"),
    "a window's unknown key": ("from_hour = 7\nto_hour = 13", "from_hour = 7\nuntil = 13", r"windows\[1\]\.until"),
    "a window that ends before it begins": ("to_hour = 13", "to_hour = 6", r"windows\[1\]\.to_hour"),
    "an unknown mode": ('modes = ["home", "practice"]', 'modes = ["moon"]', "modes"),
    "no mode": ('modes = ["home", "practice"]', "modes = []", "modes"),
    "an unknown profession": ('profession = "nurse"', 'profession = "wizard"', "search.profession"),
    "an unknown stage": ('kind = "practice"', 'kind = "moon"', r"search\.stages\[1\]\.kind"),
    "nobody at once": ("offers = 7", "offers = 0", r"search\.stages\[2\]\.offers"),
    "no patience for the usual one": ("minutes = 20\noffer", "minutes = 0\noffer", r"search\.stages\[0\]\.minutes"),
    "no patience for an offer": ("offer_minutes = 50", "offer_minutes = -1", r"search\.stages\[0\]\.offer_minutes"),
    "circles that shrink": ("km = 10", "km = 4", r"search\.stages\[3\]\.km"),
    "a circle that is a point": ("km = 5\n", "km = 0\n", r"search\.stages\[2\]\.km"),
    "a distance to the usual one": ('kind = "circle"', 'kind = "circle"\nkm = 3', r"search\.stages\[0\]\.km"),
    "a stage for a reason of another file": ('["medication"]', '["moon"]', r"search\.stages\[5\]\.reasons"),
    "a search's unknown key": ('profession = "nurse"', 'profession = "nurse"\nspeed = 9', r"search\.speed"),
    "hours that end before they begin": ("hours = [7, 21]", "hours = [21, 7]", r"search\.hours"),
    "a choice without options": ('kind = "choice"\nrequired', 'kind = "text"\nrequired', r"questions\[0\]"),
    "no TOML": ("[search]", "[search", r"line \d+"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_names_file_and_key(mistake: str, tmp_path: Path) -> None:
    before, after, named = MISTAKES[mistake]
    assert before in GOOD, "the catalogue changed: write this mistake again"
    path = tmp_path / "home-care.toml"
    path.write_text(GOOD.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(WrongFile, match=rf"^home-care\.toml: .*{named}") as wrong:
        read_pathway(path)
    assert not re.search(r"/|\\n", str(wrong.value)), "no path of the machine, no stack in what the operator reads"


@pytest.mark.parametrize("section", ["reasons", "windows"])
def test_an_empty_section_is_a_mistake(section: str, tmp_path: Path) -> None:
    path = tmp_path / "home-care.toml"
    blocks = re.split(r"(?m)^(?=\[)", GOOD)
    path.write_text("".join(block for block in blocks if not block.startswith(f"[[{section}]]")), encoding="utf-8")
    with pytest.raises(WrongFile, match=rf"home-care\.toml: line 1: {section}"):
        read_pathway(path)


def test_the_catalogue_is_right_and_its_slugs_are_the_names_of_its_files() -> None:
    catalogue = load_catalog()
    assert {"home-care", "ed-reorientation"} <= catalogue.keys()
    for slug, pathway in catalogue.items():
        assert pathway.slug == slug
        for reason in pathway.reasons:
            assert pathway.reason(reason.slug) is reason
        for window in pathway.windows:
            assert pathway.window(window.slug) is window
            assert window.hours or window.to_hour > window.from_hour
