"""Two languages, whole, and four for patients: each catalogue holds what is said to whoever reads it, nothing else, and
the sources are typed plainly."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from jinja2 import Environment

from app.language.phrases import FRENCH as FRENCH_ITSELF
from app.language.phrases import (
    PATIENTS,
    Later,
    catalogue_of,
    gettext,
    kept,
    later,
    ngettext,
    read_catalogue,
    said,
    speaking,
    told,
)
from app.language.typography import in_french, in_other_languages, plain
from app.language.words import date_words, full_date, moment, sentence
from docs import words

ROOT = Path(__file__).parents[2]
APP = ROOT / "app"
TEMPLATES = sorted((APP / "templates").rglob("*.*"))
PYTHON = sorted(APP.rglob("*.py"))
SOURCES = [*TEMPLATES, *PYTHON, *sorted(APP.rglob("catalog/*.toml")), *sorted((APP / "static/js").glob("*.js"))]

SETS_TYPE = {"language/typography.py"}
"""The one place that knows the signs."""
READS_WHAT_IS_TYPED = {"organizations/words.py", "language/spelling.py", "identity/searching.py", "tablets/rules.py"}
"""They take away what people paste."""

PLACE = re.compile(r"%\(\w+\)s|\{\w+\}")


OTHERS = [each for each in PATIENTS if each != FRENCH_ITSELF]


def messages(chosen: str) -> list[Message]:
    return [message for message in read_catalogue(chosen) if message.id]


@pytest.mark.parametrize("chosen", OTHERS)
def test_a_catalogue_holds_what_is_said_to_its_readers_and_nothing_else(chosen: str) -> None:
    held, said_to_them = {message.id for message in messages(chosen)}, words.texts_in(chosen)
    assert (said_to_them - held, held - said_to_them) == (set(), set()), "bin/words"


@pytest.mark.parametrize("chosen", OTHERS)
def test_every_text_is_translated(chosen: str) -> None:
    assert [message.id for message in messages(chosen) if not words.translated(message)] == []


@pytest.mark.parametrize("chosen", OTHERS)
def test_what_is_filled_in_is_the_same_in_every_language(chosen: str) -> None:
    """A form that says one or two by its own word need not say the number again."""

    def places(text: str) -> list[str]:
        return sorted(PLACE.findall(text))

    for message in messages(chosen):
        if isinstance(message.id, str):
            assert places(message.id) == places(str(message.string)), message.id
        for form in message.string if isinstance(message.id, tuple) else ():
            assert set(places(form)) in (set(places(message.id[1])), set(places(message.id[1])) - {"%(num)s"}), (
                message.id
            )


@pytest.mark.parametrize("chosen", OTHERS)
def test_the_file_is_as_the_command_writes_it(chosen: str, tmp_path: Path) -> None:
    """In the order of the alphabet, without line numbers: two branches that add words seldom meet."""
    again = tmp_path / "messages.po"
    words.write(words.catalogue(chosen, words.texts_in(chosen)), again)
    assert again.read_text() == catalogue_of(chosen).read_text(), "bin/words"


def test_what_a_patient_reads_is_part_of_what_the_house_says() -> None:
    assert words.texts_for_patients() < words.texts()


def test_sources_are_typed_plainly() -> None:
    signs = re.compile(r"[\u2019\u00a0\u202f]|\\u00a0|\\u202f|\\u2019|\\xa0|&nbsp;|&rsquo;")
    knowing = SETS_TYPE | READS_WHAT_IS_TYPED

    def typed(path: Path) -> str:
        return re.sub(
            r"(?m)^\s*(#|//).*$|\{#.*?#\}",
            "",
            path.read_text(encoding="utf-8"),
            flags=re.S if path.suffix == ".html" else 0,
        )

    assert [
        str(path.relative_to(APP))
        for path in SOURCES
        if path.relative_to(APP).as_posix() not in knowing and signs.search(typed(path))
    ] == []


# ---- every word is marked

FRENCH = re.compile(
    r"[éèêàçùôîœÉÀ«»]|[a-z]'[a-zéh]| [?!;:»](?!\S)"
    r"|\b(le|les|des|du|une|pas|vous|votre|vos|cette|est|sont|pour|avec|sans|dans|chez|demande|soins|moi|quand|pourquoi)\b",
    re.IGNORECASE,
)
ENGLISH = re.compile(
    r"\b(the|of|is|was|and|with|to|by|not|an|are|that|it|this|for|no|has|its)\b|n't\b|'s\b", re.IGNORECASE
)
MARKS = {"_", "later", "ngettext", "gettext"}
SAYS_WHY = {"public", "capability", "cookie_capability", "limited", "guard", "record"}
"""Their words are the owner's, in English."""
NOT_SPOKEN = {
    "language/typography.py": "the signs themselves",
    "core/forms.py": "what stands at the end of a label",
    "language/phrases.py": "how a language calls itself",
    "language/dates.py": "months as people type them",
    "organizations/words.py": "how communes are spelled",
    "organizations/places.py": "what people write for a place that nobody knows",
    "organizations/postal_file.py": "columns of a file",
    "directory/annuaire.py": "columns of a file",
    "directory/naming.py": "what stands between the words of a name",
    "pathways/schema.py": "words of a pathway's file, read by the command that fills the catalogue",
    "dispatch/words.py": "what a stored text holds",
}


def strings(path: Path) -> Iterator[tuple[int, str]]:
    """What stands between quotes and is marked by nothing; docstrings, keys and comparisons left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            continue
        parent = above[node]
        if isinstance(parent, ast.Expr | ast.Compare | ast.Subscript | ast.MatchValue):
            continue
        if isinstance(parent, ast.Dict) and node in parent.keys:
            continue
        if not any(name in MARKS | SAYS_WHY for name in calls_around(node, above)):
            yield node.lineno, node.value


def calls_around(node: ast.AST, above: dict[ast.AST, ast.AST]) -> Iterator[str]:
    while node in above and not isinstance(node, ast.stmt):
        node = above[node]
        if isinstance(node, ast.Call):
            called = node.func
            yield (
                called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
            )


def test_every_word_of_python_is_marked() -> None:
    """French between quotes that neither `_`, `ngettext` nor `later` holds would stay French for everybody."""
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text}"
        for path in PYTHON
        if (name := path.relative_to(APP).as_posix()) not in NOT_SPOKEN and not name.startswith(("cli/", "simulation/"))
        for line, text in strings(path)
        if FRENCH.search(text) and not ENGLISH.search(text) and not re.search(r"[\\<]|^[a-z-]+/", text)
    ]
    assert found == []


def test_every_word_of_a_template_is_marked() -> None:
    """No letter stands in a template but in a tag, a comment or a call of `_`."""
    spoken = {"Relais", "RPPS", "list", "opened", "demo", "as"}
    found = []
    for path in (each for each in TEMPLATES if each.suffix == ".html"):
        inside_tag, text = False, ""
        for line, kind, value in Environment().lex(path.read_text(encoding="utf-8")):
            if kind != "data":
                continue
            text = ""
            for character in value:
                if character in "<>":
                    inside_tag, text = character == "<", text + " "
                elif not inside_tag:
                    text += character
            left = re.sub(r"&#?\w+;", " ", text)
            if any(word not in spoken for word in re.findall(r"[^\W\d_/][^\s/]*|[«»]", left)):
                found.append(f"{path.relative_to(ROOT)}:{line}: {left.strip()}")
    assert found == []


# ---- how they are set


@pytest.mark.parametrize(
    ("typed", "set_in_french"),
    [
        ("L'heure d'y aller", "L\u2019heure d\u2019y aller"),
        ("jusqu'à %(km)s km", "jusqu\u2019à %(km)s\u00a0km"),
        ("d'%(name)s, l'« essai »", "d\u2019%(name)s, l\u2019«\u202fessai\u202f»"),
        ("Prêt ? Oui ! Bien ; fini : voilà", "Prêt\u202f? Oui\u202f! Bien\u202f; fini\u00a0: voilà"),
        ("à 14 h 05, 5 Mo, 06 12 34 56 78", "à 14\u00a0h\u00a005, 5\u00a0Mo, 06\u00a012\u00a034\u00a056\u00a078"),
        ("https://relais.example/p?a=1", "https://relais.example/p?a=1"),
        ("un b:c, 'entre' <b class='x'>", "un b:c, 'entre' <b class='x'>"),
    ],
)
def test_how_french_is_set(typed: str, set_in_french: str) -> None:
    assert in_french(typed) == set_in_french
    assert in_french(set_in_french) == set_in_french, "once is enough"
    assert plain(set_in_french) == typed


def test_english_has_no_space_before_its_punctuation() -> None:
    assert (
        in_other_languages("Done? Today’s, the patient's: 5 MB") == "Done? Today\u2019s, the patient\u2019s: 5\u00a0MB"
    )


# ---- when they are found


def test_zero_is_one_in_french_and_many_in_english() -> None:
    said_of = ("%(num)s jour", "%(num)s jours")
    assert [plain(ngettext(*said_of, n)) for n in (0, 1, 2)] == ["0 jour", "1 jour", "2 jours"]
    with speaking("en"):
        assert [ngettext(*said_of, n) for n in (0, 1, 2)] == ["0 days", "1 day", "2 days"]


@pytest.mark.parametrize(
    ("chosen", "said_so"),
    [
        (
            "ar",
            {
                0: "لم تتمّ أي زيارة",
                1: "تمّت زيارة واحدة",
                2: "تمّت زيارتان",
                3: "تمّت 3 زيارات",
                10: "تمّت 10 زيارات",
                11: "تمّت 11 زيارة",
                100: "تمّت 100 زيارة",
            },
        ),
        (
            "uk",
            {
                0: "виконано 0 візитів",
                1: "виконано 1 візит",
                2: "виконано 2 візити",
                5: "виконано 5 візитів",
                11: "виконано 11 візитів",
                21: "виконано 21 візит",
                22: "виконано 22 візити",
            },
        ),
        ("tr", {0: "0 ziyaret yapıldı", 1: "1 ziyaret yapıldı", 5: "5 ziyaret yapıldı"}),
        ("pt", {0: "0 visitas feitas", 1: "1 visita feita", 2: "2 visitas feitas"}),
    ],
)
def test_each_language_counts_in_its_own_way(chosen: str, said_so: dict[int, str]) -> None:
    with speaking(chosen):
        assert {n: ngettext("%(num)s passage fait", "%(num)s passages faits", n) for n in said_so} == said_so


@pytest.mark.parametrize(
    ("chosen", "said_so"),
    [
        ("fr", "mardi 1er décembre 2026 | 1er décembre | demain à 14 h 05"),
        ("ar", "الثلاثاء 1 ديسمبر 2026 | 1 ديسمبر | غدًا على الساعة 14:05"),
        ("pt", "terça-feira, 1 de dezembro de 2026 | 1 de dezembro | amanhã às 14:05"),
        ("tr", "1 Aralık 2026 Salı | 1 Aralık | yarın, saat 14:05"),
        ("uk", "вівторок, 1 грудня 2026 | 1 грудня | завтра, 14:05"),
    ],
)
def test_each_language_orders_a_date_in_its_own_way(chosen: str, said_so: str) -> None:
    at = datetime(2026, 12, 1, 13, 5, tzinfo=UTC)
    with speaking(chosen):
        dates = full_date(at), date_words(at, "d MMMM"), moment(at, at - timedelta(days=1))
        assert plain(" | ".join(dates)) == said_so


def test_a_turk_begins_a_sentence_with_a_dotted_letter() -> None:
    with speaking("tr"):
        assert sentence("iki gün") == "İki gün"
    with speaking("en"):
        assert sentence("wednesday 25 November") == "Wednesday 25 November"


def test_words_made_at_import_are_found_when_they_are_read() -> None:
    words_of_a_state = later("Sans réponse")
    assert f"{words_of_a_state}" == "Sans réponse"
    with speaking("en"):
        assert f"{words_of_a_state}" == gettext("Sans réponse") != "Sans réponse"


def test_words_that_are_read_later_are_no_safe_markup() -> None:
    hostile = later("%(care)s, %(commune)s", care="<script>", commune="Évry")
    shown = Environment(autoescape=True).from_string("{{ words }}").render(words=hostile)
    assert shown == "&lt;script&gt;, Évry"
    assert not hasattr(Later, "__html__")


def test_what_a_row_keeps_is_read_in_any_language() -> None:
    written = kept(later("jusqu'à %(km)s km", km=1.5), "Nadia Benali")
    assert plain(told(written)) == "jusqu'à 1,5 km, Nadia Benali"
    with speaking("en"):
        assert plain(told(written)) == "up to 1.5 km, Nadia Benali"


@pytest.mark.parametrize("typed", ["L'infirmière est là : merci !", "Demain ?", '[["', ""])
def test_what_a_person_typed_stays_as_it_is(typed: str) -> None:
    assert said(typed) == typed
    assert told(kept(typed)) == typed
