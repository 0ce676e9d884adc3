"""A pathway drawn in words: whom each stage asks, how many and how long; then what is asked, decided and owed.

The command line prints it, the coordinator's screen lays it out. Names of professions come from above (`Names`): this
room does not know the directory.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.words import count, length
from app.pathways.schema import Pathway, Search, Stage, Task

Names = Mapping[Any, tuple[str, str]]
"""Singular and plural of each profession and service."""

SIGNS = {"circle": "hand-heart", "practice": "users-round", "chosen": "building-2", "near": "map-pin", "other": "route"}
OWNERS = {"performer": "qui accepte", "requester": "qui demande"}
MOMENTS = {"accept": "à l'acceptation", "start": "au début des soins", "finish": "à la fin"}


@dataclass(frozen=True)
class DrawnStage:
    """One stage in words. `radius` is empty where distance does not count, `then` where nobody comes after."""

    kind: str
    icon: str
    who: str
    radius: str
    at_once: str
    answer: str
    then: str


def stages(pathway: Pathway, names: Names) -> list[DrawnStage]:
    """The stages in their order."""
    last = len(pathway.search.stages) - 1
    return [_stage(pathway, stage, names, n == last) for n, stage in enumerate(pathway.search.stages)]


def _stage(pathway: Pathway, stage: Stage, names: Names, last: bool) -> DrawnStage:
    return DrawnStage(
        kind=stage.kind,
        icon=SIGNS[stage.kind],
        who=_who(pathway, stage, names),
        radius=f"jusqu'à {stage.km}\u00a0km" if stage.km else "",
        at_once=f"{count(stage.offers, 'personne')} à la fois" if stage.offers > 1 else "une seule personne",
        answer=f"{length(stage.offer_patience)} pour répondre",
        then="" if last else f"puis plus loin après {length(stage.patience)}",
    )


def _who(pathway: Pathway, stage: Stage, names: Names) -> str:
    plural = names[pathway.search.profession][1].capitalize()
    others = ", ".join(names[profession][1] for profession in stage.professions)
    only = ", ".join(f"«\u00a0{pathway.reason(slug).label}\u00a0»" for slug in stage.reasons)
    who = {
        "circle": "Le professionnel habituel du patient",
        "practice": "Les confrères de son cabinet",
        "chosen": "L'établissement choisi",
        "near": f"{plural} du secteur",
        "other": f"D'autres professions\u00a0: {others}",
    }[stage.kind]
    return f"{who}, seulement pour {only}" if only else who


def rhythm(search: Search) -> list[str]:
    """What holds for the whole search."""
    said = ["le premier oui l'emporte" if search.choice == "first" else f"choix parmi {search.proposals} propositions"]
    if search.hours:
        said.append(f"on ne patiente qu'entre {search.hours[0]}\u00a0h et {search.hours[1]}\u00a0h, sauf urgence")
    if search.answer_hours:
        said.append(f"la coordination reprend la main après {hours(search.answer_hours)}")
    return said


def hours(number: int) -> str:
    """`36 h`, `4 jours`: whole days are said as days."""
    return f"{number // 24}\u00a0jours" if number > 24 and number % 24 == 0 else f"{number}\u00a0h"


def sign_off(pathway: Pathway) -> str:
    """Who decides before anybody is asked; empty when nobody must."""
    if pathway.sign_off is None:
        return ""
    protocol = pathway.sign_off.protocol
    if protocol is None:
        return "un médecin senior, par son nom"
    return f"l'infirmier sous protocole {protocol.number} version {protocol.version}, ou un médecin senior"


def asked(pathway: Pathway) -> list[str]:
    """What the form asks, in its order."""
    questions = [each.label + ("" if each.required else " (facultatif)") for each in pathway.questions]
    joined = [f"{pathway.attachment.label} (pièce jointe)"] if pathway.attachment else []
    return [
        "Motif\u00a0: " + ", ".join(reason.label for reason in pathway.reasons),
        "Quand\u00a0: " + ", ".join(window.label for window in pathway.windows),
        *questions,
        *joined,
    ]


def follows(pathway: Pathway, names: Names) -> list[str]:
    """What an acceptance sets going."""
    after = pathway.after
    said = [f"Alerte si rien n'a commencé {hours(after.start_hours)} après l'acceptation"]
    if after.usual:
        said.append(f"Devient le professionnel habituel\u00a0: {OWNERS[after.usual]}")
    said += [_task(task) for task in after.tasks]
    return said + [f"Copie pour information, {MOMENTS[copy.on]}\u00a0: {names[copy.to][0]}" for copy in after.copies]


def _task(task: Task) -> str:
    return f"{task.label} ({OWNERS[task.owner]}, sous {hours(task.due_hours)})"


def lines(pathway: Pathway, names: Names) -> Iterator[str]:
    """The whole pathway for a terminal."""
    yield f"{pathway.title} · {pathway.slug} · version {pathway.version}"
    yield pathway.explanation
    yield from _part("Recherche", rhythm(pathway.search))
    drawn = stages(pathway, names)
    for n, stage in enumerate(drawn, 1):
        yield f"  {n} ● {stage.who}" + (f", {stage.radius}" if stage.radius else "")
        yield f"    │ {stage.at_once}, {stage.answer}"
        yield f"    ▼ {stage.then or 'puis la coordination du territoire'}"
    yield from _part("Ce qui est demandé", asked(pathway))
    yield from _part("Décision", [sign_off(pathway)] if pathway.sign_off else [])
    yield from _part("Ensuite", follows(pathway, names))


def _part(title: str, said: Sequence[str]) -> Iterator[str]:
    if said:
        yield f"\n{title}"
        yield from (f"  - {line}" for line in said)
