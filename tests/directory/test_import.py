"""An instance learns who works where from the public files, with all their quirks."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.accounts.models import Account, Role
from app.cli.directory import enrol, practitioners, territory
from app.core.db import db, transaction
from app.directory.annuaire import WrongExtract, read_activities
from app.directory.importing import import_practitioners, telephone
from app.directory.models import Practitioner, Profession
from app.directory.queries import near
from app.membership.invitations import use
from app.membership.models import Invitation
from app.organizations.actions import import_communes
from app.organizations.models import Organization, TerritoryCommune
from app.organizations.queries import territory_of
from tests.factories.town import COMMUNES, EVRY

HEADER = (
    "Type d'identifiant PP|Identifiant PP|Identification nationale PP|Nom d'exercice|Prénom d'exercice|Code profession|"
    "Code mode exercice|Identifiant technique de la structure|Raison sociale site|Numéro Voie (coord. structure)|"
    "Libellé type de voie (coord. structure)|Libellé Voie (coord. structure)|Bureau cedex (coord. structure)|"
    "Code postal (coord. structure)|Code commune (coord. structure)|Téléphone (coord. structure)|\n"
)
NURSE = "8|10000000001|810000000001|MARTIN|ANNE|60|L|R1|CABINET MARTIN|3|Rue|DU PARC||91000|91228|01 69 00 00 01|\n"


def line(**changes: str) -> str:
    fields = dict(zip(HEADER.split("|"), NURSE.split("|"), strict=True))
    by_start = {name: next(full for full in fields if full.startswith(name)) for name in changes}
    fields.update({by_start[name]: value for name, value in changes.items()})
    return "|".join(fields.values())


@pytest.fixture
def france(app: Flask) -> Flask:
    with transaction():
        import_communes(COMMUNES.splitlines(keepends=True))
    return app


def load(*lines: str, department: str = "") -> tuple[int, int]:
    with transaction():
        imported = import_practitioners([HEADER, *lines], department)
    return imported.written, imported.nowhere


def test_a_nurse_in_private_practice_is_known_where_she_works(france: Flask) -> None:
    assert load(NURSE) == (1, 0)
    anne = db.session.scalars(select(Practitioner)).one()
    assert (anne.name, anne.profession, anne.phone) == ("Anne Martin", Profession.NURSE, "+33169000001")
    assert anne.role.organization.name == "Cabinet Martin"
    assert anne.role.organization.address == "3 Rue Du Parc, 91000 Évry-Courcouronnes"


def test_the_same_file_again_changes_nothing_and_a_newer_one_mends(france: Flask) -> None:
    load(NURSE)
    load(NURSE)
    moved = line(**{"Identifiant technique": "R2", "Code commune": "91174", "Code postal": "91100"})
    assert load(moved) == (1, 0)
    anne = db.session.scalars(select(Practitioner)).one()
    assert anne.role.organization.commune_code == "91174"
    assert abs(anne.role.latitude - 48.6046) < 1e-6


def test_who_cannot_be_asked_is_passed_over(france: Flask) -> None:
    salaried = line(**{"Code mode exercice": "S"})
    unknown = line(**{"Code profession": "99"})
    no_number = line(**{"Identification nationale PP": "091000000"})
    elsewhere = line(**{"Identification nationale PP": "810000000009", "Code commune": "75056", "Code postal": "75001"})
    assert load(salaried, unknown, no_number, elsewhere, "cut|short\n", NURSE) == (1, 1)


def test_a_postal_code_that_stands_only_in_the_cedex_line_is_enough(france: Flask) -> None:
    assert load(line(**{"Code commune": "", "Code postal": "", "Bureau cedex": "91150 ETAMPES CEDEX"})) == (1, 0)


def test_only_one_department(france: Flask) -> None:
    assert load(NURSE, department="75") == (0, 0)


@pytest.mark.parametrize("drift", [str.upper, lambda text: text.replace("é", "e"), lambda text: "\ufeff" + text])
def test_header_words_may_drift(drift) -> None:
    assert len(list(read_activities([drift(HEADER), NURSE.replace("\n", "\r\n")]))) == 1


def test_a_file_without_a_needed_column_is_refused_by_name() -> None:
    with pytest.raises(WrongExtract, match="code commune"):
        list(read_activities([HEADER.replace("Code commune", "Commune"), NURSE]))
    with pytest.raises(WrongExtract):
        list(read_activities([]))


@pytest.mark.parametrize(
    ("written", "kept"),
    [("01.69.00.00.01", "+33169000001"), ("0033 169000001", "+33169000001"), ("0169", ""), ("", "")],
)
def test_half_a_telephone_number_is_none(written: str, kept: str) -> None:
    assert telephone(written) == kept


def test_a_practice_keeps_its_postal_code_and_rings_where_it_is(france: Flask) -> None:
    elsewhere = line(**{"Code postal": "91080", "Téléphone": "0692 12 34 56"})
    load(elsewhere)
    anne = db.session.scalars(select(Practitioner)).one()
    practice = anne.role.organization
    assert (anne.phone, practice.phone) == ("+262692123456", "+262692123456")
    assert (practice.postal_code, practice.full_address) == ("91080", "3 Rue Du Parc, 91080 Évry-Courcouronnes")


def test_a_number_that_cannot_be_is_kept_out_and_counted(france: Flask) -> None:
    with transaction():
        imported = import_practitioners([HEADER, line(**{"Téléphone": "01 23 45 67 8"})])
    assert (imported.written, imported.wrong_numbers) == (1, 1)
    assert db.session.scalars(select(Practitioner.phone)).one() == ""


def test_a_former_commune_leads_to_todays_and_no_position_to_nowhere(france: Flask) -> None:
    former = line(**{"Code commune": "91182", "Code postal": "91080"})
    lost = line(**{"Identification nationale PP": "810000000002", "Code commune": "91080", "Code postal": "91590"})
    with transaction():
        import_communes(["Code_commune_INSEE;Nom_commune;Code_postal\n", "91080;BOISSY LE CUTTE;91590\n"])
    assert load(former, lost) == (1, 1)
    assert db.session.scalars(select(Organization.commune_code)).one() == "91228"


def test_enrolled_she_is_found_and_invited(france: Flask, tmp_path: Path) -> None:
    load(NURSE)
    assert near(Profession.NURSE, *EVRY, 10, limit=5) == []
    result = CliRunner().invoke(enrol, ["10000000001", "Anne@Example.org"])
    assert result.exit_code == 0, result.output
    account = db.session.scalars(select(Account)).one()
    assert (account.email, account.roles) == ("anne@example.org", frozenset())
    assert near(Profession.NURSE, *EVRY, 10, limit=5) == [], "she is only invited"
    with transaction():
        use(db.session.scalars(select(Invitation)).one(), now=clock.now())
    assert account.roles == {Role.PRACTITIONER}
    assert len(near(Profession.NURSE, *EVRY, 10, limit=5)) == 1


def test_the_commands_say_what_they_did_and_what_is_wrong(france: Flask, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_text(HEADER + NURSE)
    bad.write_text("nothing|like it\n")
    assert "1 professionals" in CliRunner().invoke(practitioners, [str(good)]).output
    assert "no column" in CliRunner().invoke(practitioners, [str(bad)]).output
    assert "nobody in the directory" in CliRunner().invoke(enrol, ["99999999999", "x@example.org"]).output


def test_a_territory_is_a_department_less_what_others_hold(france: Flask) -> None:
    asked = ["CPTS Nord", "--department", "91", "--commune", "91228"]
    assert "4 communes" in CliRunner().invoke(territory, asked).output
    assert (
        "0 communes" in CliRunner().invoke(territory, ["CPTS Sud", "--department", "91", "--commune", "91223"]).output
    )
    assert db.session.scalar(select(func.count()).select_from(TerritoryCommune)) == 4
    found = territory_of("91228")
    assert found is not None
    assert found.name == "CPTS Nord"
    assert db.session.scalar(select(func.count()).select_from(Organization)) == 2
