"""A pathway made on the screen is its file, byte for byte; and what is wrong with a file is said."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.core.db import db
from app.core.files import WrongFile
from app.pathways.library import CATALOG, draft_of, load_catalog
from app.pathways.reading import Flaw, parse_pathway, problems, read_text
from app.pathways.schema import Option, Question, Reason
from app.pathways.writing import written
from app.protocols.drafting import kept_table
from app.protocols.words import MISTAKES
from tests.desk.screen import words
from tests.factories.town import Town
from tests.pathways.test_schema import MISTAKES as WRONG_FILES
from tests.protocols.screen import imports, puts_in_force, writes

SLUGS = sorted(load_catalog())


@pytest.mark.parametrize("slug", SLUGS)
def test_each_of_the_catalogue_goes_out_and_comes_back_unchanged(slug: str) -> None:
    pathway = load_catalog()[slug]
    text = written(pathway)
    again = read_text(text, slug)
    assert again == pathway
    assert written(again) == text
    assert parse_pathway(kept_table(pathway)) == pathway, "as a draft keeps it"


TYPED = st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=60)


@given(
    title=TYPED,
    label=TYPED,
    stops=st.text(st.characters(blacklist_categories=["Cs"]), max_size=60),
    n=st.integers(1, 9),
)
def test_whatever_is_typed_survives_the_file(title: str, label: str, stops: str, n: int) -> None:
    home = load_catalog()["home-care"]
    options = tuple(Option(slug=f"o{i}", label=label, stops=stops) for i in range(n))
    pathway = replace(
        home,
        title=title,
        reasons=(Reason(slug="r", label=label, care=title, icon="house", minutes=n, patient=n > 4),),
        questions=(Question(slug="q", label=label, kind="choice", options=options, required=n > 2, only_if=None),),
        search=replace(home.search, stages=home.search.stages[:n])
        if n < 6
        else replace(home.search, stages=home.search.stages[:1]),
    )
    text = written(pathway)
    assert read_text(text, "home-care") == pathway
    assert written(read_text(text, "home-care")) == text


@pytest.mark.parametrize("slug", SLUGS)
def test_exported_imported_and_exported_again_it_is_the_same_file(town: Town, slug: str) -> None:
    first = town.coordinator.get(f"/pathways/{slug}/file")
    assert first.headers["Content-Disposition"] == f'attachment; filename="{slug}.toml"'
    sent = imports(town, first.data, f"{slug}.toml")
    assert (sent.status_code, sent.location) == (303, f"/pathways/{slug}/draft")
    assert town.coordinator.get(f"/pathways/{slug}/draft/file").data == first.data


def test_what_was_written_on_the_screen_is_the_same_file_elsewhere(town: Town) -> None:
    town.coordinator.post("/pathways/new", {"title": "Perfusions longues", "model": "home-care"})
    here = "/pathways/perfusions-longues/draft"
    writes(town.coordinator, f"{here}/tasks/0", label="Prévenir le prestataire", owner="requester", due_hours="12")
    writes(town.coordinator, f"{here}/questions/0", required=None, help="Écrit « ainsi », d'une main.\nDeux lignes.")
    draft = town.coordinator.get(f"{here}/file").data
    assert puts_in_force(town.coordinator, "perfusions-longues").status_code == 303
    in_force = town.coordinator.get("/pathways/perfusions-longues/file").data
    assert in_force == draft
    imports(town, in_force, "perfusions-longues (1).toml")
    assert town.coordinator.get(f"{here}/file").data == in_force


@pytest.mark.parametrize("mistake", sorted(WRONG_FILES))
def test_a_wrong_file_is_said_with_its_line_and_nothing_is_kept(town: Town, mistake: str) -> None:
    right, wrong, _key = WRONG_FILES[mistake]
    answer = imports(town, (CATALOG / "home-care.toml").read_text(encoding="utf-8").replace(right, wrong, 1))
    assert answer.status_code == 422
    said = words(answer)
    assert "Ligne " in said
    assert not any(english in said for english in ("must", "Expected", "Invalid", "Object", "unknown"))
    assert draft_of("home-care", town.cpts_id) is None


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b"", "Choisissez un fichier"),
        (b"\xff\xfe\x00", "pas un parcours"),
        (b"title = 3" + b" " * 200_000, "trop grand"),
        (b"x = " + b"[" * 5_000, "pas du TOML"),
        (b"x = " + b"9" * 5_000, "pas du TOML"),
        (b"title = 1979-05-27T07:32:00Z", "Ligne 1"),
    ],
)
def test_what_is_no_pathway_is_said(town: Town, sent: bytes, told: str) -> None:
    answer = imports(town, sent)
    assert answer.status_code == 422
    assert told in words(answer)


def test_a_draft_is_not_overwritten_by_a_file(town: Town) -> None:
    source = written(load_catalog()["home-care"])
    assert imports(town, source).status_code == 303
    again = imports(town, source.replace("Soins", "Autres soins"))
    assert again.status_code == 422
    assert "existe déjà" in words(again)
    db.session.rollback()
    draft = draft_of("home-care", town.cpts_id)
    assert draft is not None and draft.body["title"] == "Soins à domicile"


def test_every_mistake_has_its_french_words() -> None:
    assert set(MISTAKES) == set(Flaw)


@pytest.mark.parametrize("mistake", sorted(WRONG_FILES))
def test_the_screen_finds_what_the_file_s_reader_finds(mistake: str) -> None:
    """Nothing can be put in force that a file could not say, and nothing is refused that a file could."""
    right, wrong, _key = WRONG_FILES[mistake]
    source = (CATALOG / "home-care.toml").read_text(encoding="utf-8").replace(right, wrong, 1)
    with pytest.raises(WrongFile) as error:
        read_text(source, "home-care")
    if error.value.key:
        found = problems({**tomllib.loads(source), "slug": "home-care"})
        assert error.value.key in [key for key, _words in found]
