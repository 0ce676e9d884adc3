"""The file of communes changes with the years: it is read, or what lacks is said in one sentence."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from app import cli
from app.core.db import db, transaction
from app.directory.actions import Nowhere, add_service
from app.directory.models import Profession
from app.organizations.actions import import_communes
from app.organizations.models import Commune, Locality, Organization
from app.organizations.places import place_meant
from tests.organizations.official import BESIDE, needs_the_official_file

TODAY = """\
#Code_commune_INSEE;Nom_de_la_commune;Code_postal;Libellé_d_acheminement;Ligne_5
91228;EVRY COURCOURONNES;91080;EVRY COURCOURONNES;COURCOURONNES
91228;EVRY COURCOURONNES;91000;EVRY COURCOURONNES;EVRY
91223;ETAMPES;91150;ETAMPES;
"""
FORMERLY = """\
Code_commune_INSEE;Nom_commune;Code_postal;Ligne_5;Libellé_d_acheminement;coordonnees_gps
91228;ÉVRY COURCOURONNES;91000;;EVRY COURCOURONNES;48.6296,2.4257
"""
POSITIONS = (
    "code_insee,nom_standard,latitude_mairie,longitude_mairie\n91223,Étampes,48.4220,2.1290\n99999,Nulle part,,\n"
)


@pytest.fixture
def communes(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[bytes], Result]:
    """`relais directory communes` on a file with this content."""
    monkeypatch.setattr(cli.context, "application", lambda: app)
    file = tmp_path / "codes-postaux.csv"

    def load(content: bytes) -> Result:
        file.write_bytes(content)
        return CliRunner().invoke(cli.main, ["directory", "communes", str(file)])

    return load


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8", "utf-8-sig"])
def test_the_official_file_of_today_is_read(communes: Callable[[bytes], Result], encoding: str) -> None:
    result = communes(TODAY.replace("\n", "\r\n").encode(encoding))
    assert result.exit_code == 0, result.output
    assert result.output.startswith("2 communes, 3 postal codes, 0 positions\n2 communes have no position")
    found = place_meant("91080").place
    assert found is not None
    assert (found.commune.code, found.commune.latitude) == ("91228", None)


def test_a_position_that_is_known_is_never_lost_and_another_file_completes_them(
    communes: Callable[[bytes], Result],
) -> None:
    communes(FORMERLY.encode())
    assert "1 communes have no position" in communes(TODAY.encode("latin-1")).output
    evry = db.session.get_one(Commune, "91228")
    assert (evry.latitude, evry.longitude, evry.name) == (48.6296, 2.4257, "Évry-Courcouronnes")
    assert communes(POSITIONS.encode()).output == "0 communes, 0 postal codes, 1 positions\n"
    db.session.rollback()
    etampes = db.session.get_one(Commune, "91223", populate_existing=True)
    assert (etampes.latitude, etampes.postal_code) == (48.4220, "91150")


def test_a_newer_file_takes_the_place_of_what_it_names(communes: Callable[[bytes], Result]) -> None:
    communes(b"Code_commune_INSEE;Nom_commune;Code_postal\n74011;ANNECY LE VIEUX;74940\n91223;ETAMPES;91151\n")
    communes(b"Code_commune_INSEE;Nom_commune;Code_postal;Ligne_5\n74010;ANNECY;74940;ANNECY LE VIEUX\n")
    communes(TODAY.encode())
    assert [place_meant(code).place is None for code in ("91150", "91151")] == [False, True]
    annecy = place_meant("Annecy-le-Vieux").place
    assert annecy is not None
    assert (annecy.commune.code, annecy.code) == ("74010", "74011")
    assert db.session.scalars(select(Locality).where(Locality.commune_code == "74011")).all() == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "this file is empty"),
        (b"  \n", "this file is empty"),
        (b"nothing|like it\n", "no column 'code_commune_insee'"),
        (b"Code_commune_INSEE;Code_postal\n91228;91000\n", "no column 'nom_de_la_commune'"),
        (b"Code_commune_INSEE;Nom_commune\n91228;EVRY\n", "no column 'code_postal'"),
        (b"Code_commune_INSEE;Nom_commune;Code_postal\n", "no line of this file names a commune"),
        (b"PK\x03\x04\x00\x00", "this is no text file"),
        (TODAY.encode("utf-16"), "this is no text file"),
    ],
)
def test_any_other_file_is_refused_in_one_sentence(
    communes: Callable[[bytes], Result], content: bytes, says: str
) -> None:
    result = communes(content)
    assert result.exit_code == 2, result.output
    assert says in result.output
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit)


def test_a_file_that_is_not_there_is_said_too(communes: Callable[[bytes], Result], tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.csv", tmp_path):
        result = CliRunner().invoke(cli.main, ["directory", "communes", str(path)])
        assert result.exit_code == 2, result.output
        assert isinstance(result.exception, SystemExit)


def test_a_tabulator_or_a_comma_is_a_separator_too(communes: Callable[[bytes], Result]) -> None:
    for separator in ("\t", ","):
        assert communes(TODAY.replace(";", separator).encode()).exit_code == 0


def test_a_service_cannot_stand_where_nobody_knows(app: Flask) -> None:
    with transaction():
        import_communes(TODAY.splitlines(keepends=True))
        ward = Organization(name="Service", kind="ward", phone="", address="", commune_code="91223")
        db.session.add(ward)
        db.session.flush()
        with pytest.raises(Nowhere):
            add_service(ward, Profession.WARD)


@needs_the_official_file
def test_the_whole_official_file_comes_from_the_command(communes: Callable[[bytes], Result]) -> None:
    result = communes(BESIDE.read_bytes())
    assert result.output.startswith("35099 communes, 6328 postal codes, 35006 positions\n93 communes have no position")
