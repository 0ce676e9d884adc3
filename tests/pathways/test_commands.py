"""`relais pathway`: is a file right, and what does it do."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from app import clock
from app.cli import main
from app.core.db import transaction
from app.language.typography import plain
from app.pathways.actions import adopt
from app.pathways.library import CATALOG, pathways
from tests.factories.town import Town

GOOD = CATALOG / "home-care.toml"


def relais(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["pathway", *arguments])


def test_a_right_file_is_said_to_be_well() -> None:
    said = relais("check", str(GOOD))
    assert said.exit_code == 0
    assert "home-care.toml: Soins à domicile, version 5: well" in said.output


def test_a_wrong_file_is_named_with_its_line_and_its_key(tmp_path: Path) -> None:
    wrong = tmp_path / "home-care.toml"
    wrong.write_text(GOOD.read_text(encoding="utf-8").replace("km = 10", "km = 4"), encoding="utf-8")
    line = wrong.read_text(encoding="utf-8").splitlines().index("km = 4") + 1
    said = relais("check", str(wrong))
    assert said.exit_code == 1
    assert f"home-care.toml: line {line}: search.stages[3].km: must be wider than the stage before" in said.output


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "home-care.toml"
    wrong.write_bytes(b"\xff\xfe\x00")
    assert relais("check", str(wrong)).exit_code == 1


def test_a_pathway_is_drawn_stage_by_stage() -> None:
    said = plain(relais("show", "home-care").output)
    for words in (
        "1 ● Le professionnel habituel du patient",
        "une seule personne, 50 min pour répondre",
        "3 ● Infirmières et infirmiers du secteur, jusqu'à 5 km",
        "7 personnes à la fois, 20 min pour répondre",
        "puis plus loin après 10 min",
        "puis la coordination du territoire",
        "Ordonnance (pièce jointe)",
        "Copie pour information, à l'acceptation : médecin",
    ):
        assert words in said
    assert said.index("jusqu'à 5 km") < said.index("jusqu'à 10 km") < said.index("jusqu'à 20 km")


def test_who_signs_is_drawn_too() -> None:
    assert "sous protocole IOA-07 version 3" in relais("show", "ed-reorientation").output
    assert "Décision" not in relais("show", "home-care").output


def test_every_pathway_of_the_catalogue_can_be_drawn() -> None:
    for path in CATALOG.glob("*.toml"):
        assert relais("show", path.stem).exit_code == 0, path.stem


def test_a_pathway_that_there_is_not_is_said() -> None:
    said = relais("show", "nonsense")
    assert said.exit_code == 1
    assert "home-care" in said.output


def test_an_organization_s_own_version_is_drawn(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.cli.context.application", lambda: town.app)
    with transaction():
        own = replace(pathways()["home-care"], title="Soins chez soi")
        adopt(own, town.cpts_id, by=town.coordinator.account_id, now=clock.now())
    said = relais("show", "home-care", "--organization", "CPTS Seine et Essonne")
    assert "Soins chez soi · home-care · version 6" in said.output
    assert relais("show", "home-care", "--organization", "Personne").exit_code == 1
