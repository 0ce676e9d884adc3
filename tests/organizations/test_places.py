"""What people type where a commune is asked, and what it means: nobody is saved in another town."""

import csv
from collections import defaultdict

import pytest
from flask import Flask

from app.core.db import db, transaction
from app.language.typography import plain
from app.organizations.actions import import_communes
from app.organizations.models import Commune
from app.organizations.places import birth_place_meant, place_meant, read, suggestions
from app.organizations.words import commune_name, searched
from tests.organizations.official import BESIDE, needs_the_official_file

FRANCE = """\
Code_commune_INSEE;Nom_commune;Code_postal;Ligne_5;Libellé_d_acheminement;coordonnees_gps
91228;ÉVRY COURCOURONNES;91080;COURCOURONNES;EVRY COURCOURONNES;48.6294,2.4400
91228;ÉVRY COURCOURONNES;91000;EVRY;EVRY COURCOURONNES;48.6294,2.4400
91080;BOISSY LE CUTTE;91590;;BOISSY LE CUTTE;48.4710,2.2810
89162;EVRY;89140;;EVRY;48.2682,3.2598
91377;MASSY;91300;;MASSY;48.7273,2.2714
76413;MASSY;76270;;MASSY;49.7000,1.4000
91405;MILLY LA FORET;91490;;MILLY LA FORET;48.4022,2.4705
50383;MILLY;50600;;MILLY;48.6000,-1.0000
44109;NANTES;44000;;NANTES;47.2316,-1.5483
44109;NANTES;44300;;NANTES;47.2316,-1.5483
06088;NICE;06000;;NICE;43.7119,7.2382
06088;NICE;06300;;NICE;43.7119,7.2382
31500;SAINT REBUS;31540;;SAINT REBUS;43.4,1.9
31555;TOULOUSE;31500;;TOULOUSE;43.5963,1.4316
69383;LYON 03;69003;;LYON;45.7533,4.8691
69384;LYON 04;69004;;LYON;45.7786,4.8239
69003;ALIX;69380;;ALIX;45.9,4.6
75113;PARIS 13;75013;;PARIS;48.8287,2.3624
75114;PARIS 14;75014;;PARIS;48.8289,2.3231
74010;ANNECY;74000;;ANNECY;45.8906,6.1255
74010;ANNECY;74940;ANNECY LE VIEUX;ANNECY;45.8906,6.1255
50129;CHERBOURG EN COTENTIN;50100;CHERBOURG;CHERBOURG EN COTENTIN;49.6334,-1.6339
50129;CHERBOURG EN COTENTIN;50130;OCTEVILLE;CHERBOURG EN COTENTIN;49.6334,-1.6339
94081;VITRY SUR SEINE;94400;;VITRY SUR SEINE;48.7882,2.3940
02565;OEUILLY;02160;;OEUILLY;49.3928,3.6822
55138;CULEY;55000;;CULEY;
31232;GRENADE;31330;;GRENADE;43.7650,1.2800
19100;CHAMPAGNAC;19320;LA GRANGETTE;CHAMPAGNAC;45.3,1.9
"""


@pytest.fixture
def near(app: Flask) -> Commune:
    """The asker works in Évry-Courcouronnes."""
    with transaction():
        import_communes(FRANCE.splitlines(keepends=True))
    return db.session.get_one(Commune, "91228")


@pytest.mark.parametrize(
    ("typed", "code", "postal_code"),
    [
        ("91080", "91228", "91080"),  # Boissy-le-Cutté has it as its INSEE code
        ("91 080", "91228", "91080"),
        ("69003", "69383", "69003"),  # an INSEE code of Alix
        ("31500", "31555", "31500"),
        ("44300", "44109", "44300"),
        ("06300", "06088", "06300"),
        ("91228", "91228", ""),  # nobody's postal code
        ("Évry-Courcouronnes (91228)", "91228", ""),
        ("91080 Évry-Courcouronnes (Essonne)", "91228", "91080"),
        ("Évry-Courcouronnes 91000", "91228", "91000"),
        ("Évry (Essonne)", "91228", "91000"),
        ("Nice", "06088", ""),
        ("91300 Massy", "91377", "91300"),
        ("Massy 91300", "91377", "91300"),
        ("massy, 91300", "91377", "91300"),
        ("Massy (91)", "91377", "91300"),
        ("Massy\u200e (76)", "76413", "76270"),
        ("Courcouronnes", "91228", "91080"),
        ("Cherbourg-Octeville", "50129", ""),
        ("74011", "74010", "74940"),
        ("Annecy-le-Vieux", "74010", "74940"),
        ("Lyon 3e", "69383", "69003"),
        ("Lyon 3", "69383", "69003"),
        ("LYON 03", "69383", "69003"),
        ("Lyon 3ème arrondissement", "69383", "69003"),
        ("Paris 13ème", "75113", "75013"),
        ("75013 Paris", "75113", "75013"),
        ("Vitry s/ Seine", "94081", "94400"),
        ("Œuilly", "02565", "02160"),
        ("Culey", "55138", "55000"),  # without a position
    ],
)
def test_what_can_only_be_one_place_is_taken_with_its_postal_code(
    near: Commune, typed: str, code: str, postal_code: str
) -> None:
    place = place_meant(typed, near).place
    assert place is not None
    assert (place.commune.code, place.postal_code) == (code, postal_code)
    again = place_meant(place.written, near).place
    assert again is not None
    assert (again.commune.code, again.postal_code, again.code) == (code, postal_code, place.code)


@pytest.mark.parametrize(
    ("typed", "choices"),
    [
        ("Évry", ["91228", "89162"]),  # the near one first, and none taken
        ("Massy", ["91377", "76413"]),
        ("Milly", ["91405", "50383"]),  # called so in short, near; the only one of that name is far
        ("La Grangette", ["19100"]),  # a hamlet far away
        ("Lyon", ["69384", "69383"]),
        ("75056", ["75113", "75114"]),
        ("Mas", ["91377", "76413"]),
        ("Massy 91080", ["91228", "91377", "76413"]),  # it cannot be both
        ("9130", ["91377"]),
        ("Atlantis", []),
        ("", []),
    ],
)
def test_what_may_be_several_is_asked(near: Commune, typed: str, choices: list[str]) -> None:
    meant = place_meant(typed, near)
    assert meant.place is None
    assert [each.commune.code for each in meant.choices] == choices


def test_a_place_says_its_name_its_postal_code_and_its_department(near: Commune) -> None:
    said = {typed: place.understood for typed in ("91080", "Nice", "74011") if (place := place_meant(typed).place)}
    assert said["91080"] == "Évry-Courcouronnes · 91080 · Essonne"
    assert said["Nice"] == "Nice · 06000, 06300 · Alpes-Maritimes"
    assert plain(said["74011"]) == "Annecy-le-Vieux, aujourd'hui Annecy · 74940 · Haute-Savoie"
    assert [each.written for each in suggestions(place_meant("Nice"))] == [
        "06000 Nice (Alpes-Maritimes)",
        "06300 Nice (Alpes-Maritimes)",
    ]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("91080", "91228"),
        ("Courcouronnes", "91182"),
        ("74011", "74011"),
        ("74940 Annecy-le-Vieux (Haute-Savoie)", "74011"),
        ("78182", "78182"),  # Courcouronnes while it lay in Seine-et-Oise
        ("Paris", "75056"),
        ("75056", "75056"),
        ("Paris 13e", "75113"),
        ("Lyon", "69123"),
        ("Algérie", "99352"),
        ("algerie", "99352"),
        ("99352", "99352"),
        ("Algérie (99352)", "99352"),
        ("Côte d'Ivoire", "99326"),
        ("USA", "99404"),
        ("inconnue", "99999"),
        ("99999", "99999"),
        ("Grenade (Haute-Garonne)", "31232"),
    ],
)
def test_a_birthplace_keeps_what_it_was_then(near: Commune, typed: str, code: str) -> None:
    born_at = birth_place_meant(typed, near).place
    assert born_at is not None
    assert born_at.code == code
    again = birth_place_meant(born_at.written, near).place
    assert again is not None
    assert again.code == code


@pytest.mark.parametrize(
    ("typed", "choices"),
    [("99001", []), ("Grenade", ["99435", "31232"]), ("Algé", ["99352"]), ("Atlantis", []), ("99100", [])],
)
def test_a_birthplace_that_is_no_place_or_several_is_not_taken(near: Commune, typed: str, choices: list[str]) -> None:
    meant = birth_place_meant(typed, near)
    assert meant.place is None
    assert [each.code for each in meant.choices] == choices


def test_a_code_stands_before_or_after_the_name() -> None:
    assert read("91300 Massy") == read("Massy 91300") == read(" massy,  91 300 ")
    assert (read("Massy (Essonne)").department, read("Massy (91377)").code) == ("91", "91377")


@pytest.mark.parametrize(
    ("capitals", "name"),
    [("LYON 03", "Lyon 3e"), ("PARIS 01", "Paris 1er"), ("L HAY LES ROSES", "L'Hay-les-Roses"), ("", "")],
)
def test_names_in_capitals_are_spelled(capitals: str, name: str) -> None:
    assert commune_name(capitals) == name
    assert searched(capitals) == searched(name)


@needs_the_official_file
def test_each_postal_code_of_the_official_file_means_its_communes(app: Flask) -> None:
    bearing: dict[str, set[str]] = defaultdict(set)
    with BESIDE.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter=";"):
            bearing[row["Code_postal"]].add(row["Code_commune_INSEE"])
    with transaction(), BESIDE.open(encoding="utf-8") as lines:
        loaded = import_communes(lines)
    assert (loaded.postal_codes, loaded.communes) == (len(bearing), 35_099) == (6_328, 35_099)
    wrong = []
    for postal_code, communes in bearing.items():
        meant = place_meant(postal_code)
        found = [meant.place] if meant.place else meant.choices
        if {place.commune.code for place in found} != communes or {p.postal_code for p in found} != {postal_code}:
            wrong.append(postal_code)
    assert wrong == []
