"""What answers come to: the points of a grid, and the GIR of AGGIR. Nothing is guessed: an answer that misses leaves no
result, and says which one it is."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.assessments.schema import AssessmentGrid

TOTAL = "total"
"""Under which name a total that was counted on paper stands among the answers."""


@dataclass(frozen=True)
class Result:
    """`value`: none while something is `missing` (slugs of items). `out_of`: the most that it could have been, of those
    items that count; 0 where that says nothing. `reading`: what such a value is called, in the file's words."""

    value: float | None
    out_of: float = 0
    reading: str = ""
    missing: tuple[str, ...] = ()


def result_of(grid: AssessmentGrid, answers: Mapping[str, str]) -> Result:
    """`answers`: the slug of a choice by the slug of its item; of a total, the number as it was written."""
    if grid.result == "total":
        written = answers.get(TOTAL)
        return Result(float(written), grid.most) if written else Result(None, grid.most, missing=(TOTAL,))
    missing = tuple(item.slug for item in grid.items if item.slug not in answers)
    if missing:
        return Result(None, missing=missing)
    if grid.result == "gir":
        return Result(gir(variables_of(answers)))
    said = [(grid.choice(item, answers[item.slug]), item) for item in grid.items]
    counted = [(choice, item) for choice, item in said if choice.counts]
    value = sum(choice.points for choice, _ in counted)
    most = sum(max(each.points for each in grid.choices_of(item)) for _, item in counted)
    reached = [each.label for each in grid.readings if value >= each.at_least]
    return Result(value, most, reached[-1] if reached else "")


VARIABLES: dict[str, tuple[str, ...]] = {
    "coherence": ("communication", "behaviour"),
    "orientation": ("time", "space"),
    "washing": ("washing-top", "washing-bottom"),
    "dressing": ("dressing-top", "dressing-middle", "dressing-bottom"),
    "eating": ("serving", "swallowing"),
    "elimination": ("urinary", "faecal"),
    "transfers": ("transfers",),
    "indoors": ("indoors",),
}
"""The discriminating variables of AGGIR that weigh, in the decree's order, and what each is made of (FACTS_COORDINATION
1.2; CASF annexe 2-1). Going out and distant communication are asked, and weigh nothing."""


def variables_of(answers: Mapping[str, str]) -> dict[str, str]:
    """The letter of each variable: A alone, B in part, C not at all, from those of its parts."""
    return {name: _letter(name, "".join(answers[part].upper() for part in parts)) for name, parts in VARIABLES.items()}


def _letter(name: str, parts: str) -> str:
    if set(parts) == {"A"}:
        return "A"
    if name in ("coherence", "orientation", "elimination"):
        return "C" if "C" in parts else "B"
    if name == "eating":  # Served or fed by somebody while the other is done in part is dependence too.
        return "C" if parts in ("CC", "BC", "CB") else "B"
    return "C" if set(parts) == {"C"} else "B"


GROUPS: tuple[tuple[tuple[int, ...], tuple[int, ...], tuple[tuple[int, int], ...]], ...] = (
    (
        (2000, 1200, 40, 40, 60, 100, 800, 200),
        (0, 0, 16, 16, 20, 16, 120, 32),
        ((4380, 1), (4140, 2), (3390, 3)),
    ),
    ((1500, 1200, 40, 40, 60, 100, 800, -80), (320, 120, 16, 16, 0, 16, 120, -40), ((2016, 4),)),
    ((0, 0, 40, 40, 60, 160, 1000, 400), (0, 0, 16, 16, 20, 20, 200, 40), ((1700, 5), (1432, 6))),
    ((0, 0, 0, 0, 2000, 400, 2000, 200), (0, 0, 0, 0, 200, 200, 200, 0), ((2400, 7),)),
    ((400, 400, 400, 400, 400, 800, 800, 200), (0, 0, 100, 100, 100, 100, 100, 0), ((1200, 8),)),
    ((200, 200, 500, 500, 500, 500, 500, 200), (100, 100, 100, 100, 100, 100, 100, 0), ((800, 9),)),
    ((150, 150, 300, 300, 500, 500, 400, 200), (0, 0, 200, 200, 200, 200, 200, 100), ((650, 10),)),
    (
        (0, 0, 3000, 3000, 3000, 3000, 1000, 1000),
        (0, 0, 2000, 2000, 2000, 2000, 2000, 1000),
        ((4000, 11), (2000, 12)),
    ),
)
"""Of each group: the points of C and of B for the eight variables, then thresholds and the rank that each gives, the
highest first (CASF annexe 2-2)."""

LAST_RANK = 13
GIR_OF_RANK = (1, 2, 2, 2, 2, 2, 2, 3, 3, 4, 4, 5, 6)


def gir(letters: Mapping[str, str]) -> int:
    """1, the most dependent, to 6. `letters`: A, B or C by name of `VARIABLES`. An estimation: only the department's
    team decides (FACTS_COORDINATION 0.3)."""
    return GIR_OF_RANK[_rank([letters[name] for name in VARIABLES]) - 1]


def _rank(letters: list[str]) -> int:
    for of_c, of_b, thresholds in GROUPS:
        points = sum({"A": 0, "B": b, "C": c}[letter] for letter, b, c in zip(letters, of_b, of_c, strict=True))
        for least, rank in thresholds:
            if points >= least:
                return rank
    return LAST_RANK
