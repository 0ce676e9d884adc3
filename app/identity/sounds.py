"""How a French name sounds, so that `Cathy Lefèbvre` and `Kati Lefevre` meet: pure, and only ever a reason to ask."""

import re

from app.identity.names import bare

RULES = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"(.)\1+", r"\1"),
        (r"^h|(?<![cps])h", ""),  # Silent, but in ch, ph and sh.
        (r"bv", "v"),  # Lefebvre
        (r"ph", "f"),
        (r"s?ch(?=[rlnt])|ck|qu|q|k", "k"),
        (r"s?ch|sh", "S"),
        (r"c(?=[eiy])|sc(?=[eiy])", "s"),
        (r"c", "k"),
        (r"ge(?=[aou])|g(?=[eiy])", "j"),
        (r"gu(?=[eiy])", "g"),
        (r"gn", "N"),
        (r"x", "ks"),
        (r"z", "s"),
        (r"w", "v"),
        (r"eaux|eau|aux|au|aud$|ault$|aut$|ot$|os$|op$|oc$", "o"),
        (r"(?:ill|il)(?=e)|ill$|lh", "y"),
        (r"[ea]in(?![aeiouy])|[ea]im(?=[bp])|[iy]n(?![aeiouy])|[iy]m(?=[bp])|un(?![aeiouy])", "1"),
        (r"[ea]n(?![aeiouy])|[ea]m(?=[bp])", "2"),
        (r"on(?![aeiouy])|om(?=[bp])", "3"),
        (r"oi|oy", "wa"),
        (r"ou", "u"),
        (r"ai|ei|ay|ey|er$|ez$|et$|eu|oe|ae", "e"),
        (r"y", "i"),
        (r"(?<=.)[esxtdpg]+$", ""),  # Rarely heard at the end of a word.
        (r"(.)\1+", r"\1"),
    )
)


def sound(name: str) -> str:
    """A code that is equal for names that are said alike; empty for what has no letters."""
    code = bare(name)
    for pattern, heard in RULES:
        code = pattern.sub(heard, code)
    return code
