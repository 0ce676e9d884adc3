"""A pathway file with one thing wrong: the start stops, and says which file and which key."""

import re
from pathlib import Path

import pytest

from app.pathways.library import CATALOG, load_catalog
from app.pathways.schema import WrongPathway, read_pathway

GOOD = (CATALOG / "home-care.toml").read_text(encoding="utf-8")

MISTAKES = {
    "an unknown key": ("version = 1", "version = 1\nversoin = 1", "versoin"),
    "a missing key": ("title = ", "# title = ", "title"),
    "a text for a number": ("version = 1", 'version = "1"', "version"),
    "a number for a text": ('icon = "house"', "icon = 3", "icon"),
    "a missing reason's care": ('care = "Pansement"\n', "", r"reasons\[0\].*care"),
    "a reason's unknown key": ('care = "Injection"', 'care = "Injection"\ncolour = "red"', r"reasons\[1\]\.colour"),
    "a reason's minutes in words": ("minutes = 45", 'minutes = "long"', r"reasons\[2\]\.minutes"),
    "two reasons of one name": ('slug = "injection"', 'slug = "dressing"', "reasons"),
    "two windows of one name": ('slug = "tomorrow"\n', 'slug = "today"\n', "windows"),
    "a window's unknown key": ("from_hour = 7\nto_hour = 13", "from_hour = 7\nuntil = 13", r"windows\[1\]\.until"),
    "an unknown mode": ('modes = ["home", "practice"]', 'modes = ["moon"]', "modes"),
    "no mode": ('modes = ["home", "practice"]', "modes = []", "modes"),
    "an unknown profession": ('profession = "nurse"', 'profession = "wizard"', "search.profession"),
    "nobody at once": ("live_offers = 7", "live_offers = 0", "search.live_offers"),
    "no patience for the usual one": ("usual_minutes = 20", "usual_minutes = 0", "search.usual_minutes"),
    "no patience for an offer": ("offer_minutes = 30", "offer_minutes = -1", "search.offer_minutes"),
    "no patience for a stage": ("stage_minutes = 30", "stage_minutes = 0", "search.stage_minutes"),
    "radii that shrink": ("radii_km = [5, 10, 20]", "radii_km = [20, 10, 5]", "search.radii_km"),
    "the same radius twice": ("radii_km = [5, 10, 20]", "radii_km = [5, 5]", "search.radii_km"),
    "no radius": ("radii_km = [5, 10, 20]", "radii_km = []", "search.radii_km"),
    "a search's unknown key": ("live_offers = 7", "live_offers = 7\nspeed = 9", r"search\.speed"),
    "no TOML": ("[search]", "[search", r"line \d+"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_names_file_and_key(mistake: str, tmp_path: Path) -> None:
    before, after, named = MISTAKES[mistake]
    assert before in GOOD, "the catalogue changed: write this mistake again"
    path = tmp_path / "home-care.toml"
    path.write_text(GOOD.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(WrongPathway, match=rf"^home-care\.toml: .*{named}") as wrong:
        read_pathway(path)
    assert not re.search(r"/|\\n", str(wrong.value)), "no path of the machine, no stack in what the operator reads"


@pytest.mark.parametrize("section", ["reasons", "windows"])
def test_an_empty_section_is_a_mistake(section: str, tmp_path: Path) -> None:
    path = tmp_path / "home-care.toml"
    blocks = re.split(r"(?m)^(?=\[)", GOOD)
    path.write_text("".join(block for block in blocks if not block.startswith(f"[[{section}]]")), encoding="utf-8")
    with pytest.raises(WrongPathway, match=rf"home-care\.toml: {section}"):
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
