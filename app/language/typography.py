"""What a printer would set: apostrophes and the spaces that never break. Sources carry neither; only the words of the
house pass here, nothing that a person typed.

Source: *Lexique des règles typographiques en usage à l'Imprimerie nationale*.
"""

import re

APOSTROPHE, NO_BREAK, NARROW = "\u2019", "\u00a0", "\u202f"
SPACE = f"[ {NO_BREAK}{NARROW}]"
VALUE = r"(?:\d|%\(\w+\)s|\{\w+\})"
"""A figure, or the place of one."""

EVERYWHERE = [
    (re.compile(r"(?<=[^\W\d_])'(?=[^\W_]|[«%<])"), APOSTROPHE),
    (re.compile(rf"(?<=\d){SPACE}(?=\d)|(?<=\d{NO_BREAK}h){SPACE}(?=\d)"), NO_BREAK),
    (re.compile(rf"({VALUE}){SPACE}(?=(?:h|min|s|j|km|m|Mo|MB|%|ans|cm)(?!\w))"), rf"\1{NO_BREAK}"),
    (re.compile(rf"({VALUE}{NO_BREAK}h){SPACE}(?={VALUE})"), rf"\1{NO_BREAK}"),
]
FRENCH = [
    (re.compile(rf"«{SPACE}?"), f"«{NARROW}"),
    (re.compile(rf"{SPACE}?»"), f"{NARROW}»"),
    (re.compile(rf"{SPACE}(?=[;!?])"), NARROW),
    (re.compile(rf"{SPACE}(?=:(?!\S))"), NO_BREAK),
]


def in_french(words: str) -> str:
    """`L'heure est passée : et maintenant ?` with its apostrophe, and its no-break spaces, narrow before `?`."""
    for wrong, right in (*EVERYWHERE, *FRENCH):
        words = wrong.sub(right, words)
    return words


def in_other_languages(words: str) -> str:
    """The same for those that have no space before their punctuation."""
    for wrong, right in EVERYWHERE:
        words = wrong.sub(right, words)
    return words


def plain(words: str) -> str:
    """As somebody types them: for an SMS, where one sign of another alphabet halves what fits (3GPP TS 23.038)."""
    return words.replace(APOSTROPHE, "'").replace(NO_BREAK, " ").replace(NARROW, " ")
