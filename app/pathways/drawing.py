"""A pathway drawn in words: whom each stage asks, how many and how long; then what is asked, decided and owed.

The command line prints it, the coordinator's screen lays it out. Names of professions come from above (`Names`): this
room does not know the directory.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.language.phrases import gettext as _
from app.language.phrases import later, said
from app.language.typography import NO_BREAK
from app.language.words import count_days, length, whole_hour
from app.pathways.schema import Copy, Pathway, Search, Stage, Task

Names = Mapping[Any, tuple[str, str]]
"""Singular and plural of each profession and service."""

SIGNS = {"circle": "hand-heart", "practice": "users-round", "chosen": "building-2", "near": "map-pin", "other": "route"}
OWNERS = {"performer": later("qui accepte"), "requester": later("qui demande")}
MOMENTS = {"accept": later("à l'acceptation"), "start": later("au début des soins"), "finish": later("à la fin")}


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
        radius=_("jusqu'à %(km)s km", km=stage.km) if stage.km else "",
        at_once=_("%(n)s personnes à la fois", n=stage.offers) if stage.offers > 1 else _("une seule personne"),
        answer=_("%(length)s pour répondre", length=length(stage.offer_patience)),
        then="" if last else _("puis plus loin après %(length)s", length=length(stage.patience)),
    )


def _who(pathway: Pathway, stage: Stage, names: Names) -> str:
    plural = names[pathway.search.profession][1].capitalize()
    others = ", ".join(str(names[profession][1]) for profession in stage.professions)
    only = ", ".join(_("« %(words)s »", words=said(pathway.reason(slug).label)) for slug in stage.reasons)
    who = {
        "circle": _("Le professionnel habituel du patient"),
        "practice": _("Les collègues de son cabinet"),
        "chosen": _("L'établissement choisi"),
        "near": _("%(whom)s du secteur", whom=plural),
        "other": _("D'autres professions : %(whom)s", whom=others),
    }[stage.kind]
    return _("%(who)s, seulement pour %(reasons)s", who=who, reasons=only) if only else who


def rhythm(search: Search) -> list[str]:
    """What holds for the whole search."""
    lines = [
        _("le premier oui l'emporte")
        if search.choice == "first"
        else _("choix parmi %(n)s propositions", n=search.proposals)
    ]
    if search.hours:
        start, end = map(whole_hour, search.hours)
        lines.append(
            _(
                "on ne patiente qu'entre %(start)s et %(end)s, sauf urgence",
                start=start,
                end=end,
            )
        )
    if search.answer_hours:
        lines.append(_("la coordination reprend la main après %(hours)s", hours=hours(search.answer_hours)))
    return lines


def hours(number: int) -> str:
    """`36 h`, `4 jours`: whole days are said as days."""
    return count_days(number // 24) if number > 24 and number % 24 == 0 else f"{number}{NO_BREAK}h"


def sign_off(pathway: Pathway) -> str:
    """Who decides before anybody is asked; empty when nobody must."""
    if pathway.sign_off is None:
        return ""
    protocol = pathway.sign_off.protocol
    if protocol is None:
        return _("un médecin senior, par son nom")
    return _(
        "l'infirmière ou l'infirmier sous protocole %(number)s version %(version)s, ou un médecin senior",
        number=protocol.number,
        version=protocol.version,
    )


def asked(pathway: Pathway) -> list[str]:
    """What the form asks, in its order."""
    questions = [
        said(each.label) if each.required else _("%(question)s (facultatif)", question=said(each.label))
        for each in pathway.questions
    ]
    joined = [_("%(document)s (pièce jointe)", document=said(pathway.attachment.label))] if pathway.attachment else []
    return [
        _("Motif : %(reasons)s", reasons=", ".join(said(reason.label) for reason in pathway.reasons)),
        _("Quand : %(moments)s", moments=", ".join(said(window.label) for window in pathway.windows)),
        *questions,
        *joined,
    ]


def follows(pathway: Pathway, names: Names) -> list[str]:
    """What an acceptance sets going."""
    after = pathway.after
    lines = [_("Alerte si rien n'a commencé %(hours)s après l'acceptation", hours=hours(after.start_hours))]
    if after.usual:
        lines.append(_("Devient le professionnel habituel : %(who)s", who=OWNERS[after.usual]))
    lines += [_task(task) for task in after.tasks]
    return lines + [
        _("Copie pour information, %(moment)s : %(whom)s", moment=MOMENTS[copy.on], whom=names[copy.to][0])
        for copy in after.copies
    ]


def _copy(copy: Copy, names: Names) -> str:
    return _("Copie pour information, %(moment)s : %(whom)s", moment=MOMENTS[copy.on], whom=names[copy.to][0])


def _task(task: Task) -> str:
    return _(
        "%(task)s (%(who)s, sous %(hours)s)", task=said(task.label), who=OWNERS[task.owner], hours=hours(task.due_hours)
    )


def lines(pathway: Pathway, names: Names) -> Iterator[str]:
    """The whole pathway for a terminal."""
    yield f"{pathway.title} · {pathway.slug} · version {pathway.version}"
    yield pathway.explanation
    yield from _part(_("Recherche"), rhythm(pathway.search))
    drawn = stages(pathway, names)
    for n, stage in enumerate(drawn, 1):
        yield f"  {n} ● {stage.who}" + (f", {stage.radius}" if stage.radius else "")
        yield f"    │ {stage.at_once}, {stage.answer}"
        yield f"    ▼ {stage.then or _('puis la coordination du territoire')}"
    yield from _part(_("Ce qui est demandé"), asked(pathway))
    yield from _part(_("Décision"), [sign_off(pathway)] if pathway.sign_off else [])
    yield from _part(_("Ensuite"), follows(pathway, names))


def _part(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"\n{title}"
        yield from (f"  - {line}" for line in lines)
