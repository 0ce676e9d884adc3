"""Kinds of notes, who writes which, and for whom each is. Plain values in, plain values out."""

import enum


class NoteType(enum.StrEnum):
    """As the national liaison book has them (ANS, JDV_J23: OBS, INTERV, INST, DEM-AVIS, GEN; FACTS_COORDINATION 5)."""

    OBSERVATION = "observation"
    INTERVENTION = "intervention"
    INSTRUCTION = "instruction"
    ADVICE = "advice"  # asked, and answered in line
    GENERAL = "general"


CODES = {
    NoteType.OBSERVATION: "OBS",
    NoteType.INTERVENTION: "INTERV",
    NoteType.INSTRUCTION: "INST",
    NoteType.ADVICE: "DEM-AVIS",
    NoteType.GENERAL: "GEN",
}


class Visibility(enum.StrEnum):
    """Who reads a note, beside its author; none of them ever reads of a person whom she may not open."""

    CIRCLE = "circle"  # whoever cares for her
    HEALTH = "health"  # of these, health professionals alone (R1110-2 CSP has two categories)
    NAMED = "named"  # those whom its author names
    PERSON = "person"  # whoever cares for her, herself, and the relatives whom she lets read it


class Voice(enum.StrEnum):
    """As what somebody writes."""

    CARE = "care"
    HELP = "help"  # who comes to help at home or to deliver, and reads nothing of the book
    HERSELF = "herself"
    RELATIVE = "relative"


WRITES = {voice: tuple(NoteType) if voice is Voice.CARE else (NoteType.OBSERVATION,) for voice in Voice}
"""Whoever does not care observes; an instruction is for who answers for it (FACTS_COORDINATION 1.1, point 10)."""

HEALTH_PLACES = (
    *("hospital", "emergency", "ward", "maternity", "practice", "home-nursing", "rehabilitation", "nursing-home"),
    *("outpatient", "imaging", "laboratory"),
)
"""Kinds of places where whoever asks for care or gives it is a health professional; a case manager is none by role."""


class Written(enum.StrEnum):
    """Why a note is not written."""

    DIED = "died"
    FROZEN = "frozen"


def written_for(voice: Voice, chosen: Visibility) -> Visibility:
    """What a home help saw is for who cares; what the person or a relative writes, for her too."""
    return {
        Voice.CARE: chosen,
        Voice.HELP: Visibility.CIRCLE,
        Voice.HERSELF: Visibility.PERSON,
        Voice.RELATIVE: Visibility.PERSON,
    }[voice]
