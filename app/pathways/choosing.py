"""How the pathways stand where one is chosen: those of one's own kind of work, then the others by what they are for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from app.language.phrases import later
from app.pathways.schema import Aim, Pathway

AIMS: dict[Aim, str] = {
    "seen": later("Un médecin, un examen"),
    "home": later("Des soins, une aide à la maison"),
    "birth": later("Une naissance"),
    "place": later("Un lit, une place"),
    "support": later("Un appui, des droits"),
    "team": later("Pour votre service"),
}
"""What a pathway is asked for, in the order of the screen."""


@dataclass(frozen=True)
class PathwayChoice:
    """`own`: what is most asked where one works; `others`: words of an aim and its pathways, in the order of `AIMS`."""

    own: tuple[Pathway, ...]
    others: tuple[tuple[str, tuple[Pathway, ...]], ...]

    def __len__(self) -> int:
        return len(self.own) + sum(len(pathways) for _aim, pathways in self.others)

    def is_own(self, slug: str) -> bool:
        return any(each.slug == slug for each in self.own)


def laid_out(mine: Mapping[str, Pathway], catalogue: Mapping[str, Pathway], kinds: Collection[str]) -> PathwayChoice:
    """`mine`: those that somebody may start; `kinds`: of the organizations where she works. What an organization made
    its own stands where the catalogue's stands; what the catalogue does not have, where its file says."""
    own = tuple(each for slug, each in mine.items() if not set(catalogue.get(slug, each).often).isdisjoint(kinds))
    rest = [each for each in mine.values() if each not in own]
    of = {each.slug: catalogue.get(each.slug, each).aim for each in rest}
    groups = ((words, tuple(each for each in rest if of[each.slug] == aim)) for aim, words in AIMS.items())
    return PathwayChoice(own, tuple((words, group) for words, group in groups if group))
