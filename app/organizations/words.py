"""How places are written, in files and by people."""

import csv
import re
from functools import cache
from pathlib import Path

from app.language.phrases import later
from app.language.spelling import unmarked

KINDS = {
    "hospital": later("Établissement"),
    "emergency": later("Urgences"),
    "ward": later("Service d'hospitalisation"),
    "maternity": later("Maternité"),
    "practice": later("Cabinet"),
    "cpts": later("Communauté professionnelle territoriale de santé"),
    "equipment": later("Prestataire de matériel"),
    "home-help": later("Service d'aide à domicile"),
    "home-nursing": later("Service de soins à domicile (SSIAD, SAD)"),
    "rehabilitation": later("Soins médicaux et de réadaptation (SMR)"),
    "nursing-home": later("EHPAD"),
    "outpatient": later("Consultations"),
    "imaging": later("Imagerie"),
    "laboratory": later("Laboratoire"),
    "dac": later("Dispositif d'appui à la coordination (DAC)"),
    "social-work": later("Service social"),
}
"""By the kinds of `rules.KINDS`."""

ARTICLES = ("le", "la", "les", "l")


SMALL_WORDS = frozenset(
    ["à", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "lès", "sous", "sur"]
)


ABBREVIATIONS = {"st": "saint", "ste": "sainte", "ss": "sous"}


ELIDED = re.compile(r"\b([LlDd])[- ](?=\w)")


ARRONDISSEMENT = re.compile(r"(?<=\S )0*(\d{1,2})(?:er|re|nde?|e|[eè]me|i[eè]me)?(?: (?:arrondissement|arr|ardt))?$")


def commune_name(capitals: str) -> str:
    """`ST GERMAIN LES ARPAJON` → `Saint-Germain-les-Arpajon`: postal files write names in capitals, without the
    hyphens that join every word of a French place name except an article that opens it. `LYON 03` → `Lyon 3e`."""
    if part := ARRONDISSEMENT.search(capitals.lower()):
        return f"{commune_name(capitals[: part.start()])} {int(part[1])}{'er' if int(part[1]) == 1 else 'e'}"
    words = [ABBREVIATIONS.get(word, word) for word in capitals.lower().split()]
    if not words:
        return ""
    spelled = [word if i and word in SMALL_WORDS else word.capitalize() for i, word in enumerate(words)]
    if words[0] in ARTICLES and len(words) > 1:
        spelled[1] = words[1].capitalize()
        return ELIDED.sub(r"\1'", f"{spelled[0]} {'-'.join(spelled[1:])}")
    return ELIDED.sub(r"\1'", "-".join(spelled))


def searched(text: str) -> str:
    """A place's name as people type it, made alike: `st michel` finds Saint-Michel-sur-Orge, `Vitry s/ Seine` the one
    on the Seine, `Lyon 3ème` and `lyon 03` the same part of Lyon."""
    written = re.sub(r"\bs/s\b", "sous", re.sub(r"\bs/(?!s\b)", "sur ", text.casefold()))
    words = " ".join(ABBREVIATIONS.get(word, word) for word in plain(written).split())
    return ARRONDISSEMENT.sub(r"\1", words)


def plain(text: str) -> str:
    """For searching names: lower case, no accents, punctuation as spaces."""
    return " ".join(re.sub(r"[-'’.,/_]", " ", unmarked(text)).split())


def department_of(code: str) -> str:
    """The department in which a commune of this INSEE code lies: `Essonne`, `La Réunion`; empty when there is none."""
    return departments().get(department_code(code), "")


def department_code(code: str) -> str:
    """`91`, `2A`, `974`: how the INSEE codes of a department, or of a territory that stands for one, begin."""
    return code[:3] if code.startswith(("97", "98")) else code[:2]


@cache
def departments() -> dict[str, str]:
    return {row["code"]: row["name"] for row in gazetteer("departments")}


def gazetteer(name: str) -> list[dict[str, str]]:
    """The rows of a file that comes with Relais (`gazetteer/README.md`)."""
    with (Path(__file__).parent / "gazetteer" / f"{name}.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines, delimiter=";"))
