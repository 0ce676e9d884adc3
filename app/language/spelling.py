"""Names as they are compared: one person, or one place, is written differently by a keyboard and by a register."""

import re
import unicodedata

SPELLED = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "n"}
)
"""Letters that no decomposition takes apart, once in lower case."""

SPACES = re.compile(r"\s+")


def visible(text: str) -> str:
    """What somebody sees: without the marks that a copy brings along (direction, width zero), spaces alike."""
    return SPACES.sub(" ", "".join(c for c in text if unicodedata.category(c) != "Cf")).strip()


def unmarked(text: str) -> str:
    """Lower case, without accents, ligatures taken apart: `Œuilly` and `oeuilly` are one."""
    apart = unicodedata.normalize("NFD", visible(text).casefold().translate(SPELLED))
    return "".join(c for c in apart if not unicodedata.combining(c))
