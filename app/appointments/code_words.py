"""The two words on a patient's card: easy to read out on the telephone, and none of them about care.

256 words, so that two are one of 65,536; whoever guesses has ten tries an hour (`patient_space`).
"""

import secrets
from pathlib import Path

from app.language.spelling import unmarked

WORDS = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").split()


def draw() -> str:
    """Two different ones, drawn by chance: `lune panier`."""
    first = secrets.choice(WORDS)
    return f"{first} {secrets.choice([word for word in WORDS if word != first])}"


def compared(text: str) -> str:
    """As they are compared: without accents, case, or what stands between them."""
    return " ".join("".join(c if c.isalpha() else " " for c in unmarked(text)).split())
