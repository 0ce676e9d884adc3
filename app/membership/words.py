"""What is said of an invitation."""

from app.language.phrases import later
from app.letters.models import LetterState

UNDELIVERED = {
    LetterState.FAILED: later("L'adresse a refusé l'e-mail"),
    LetterState.EXPIRED: later("L'e-mail n'a pas pu partir"),
}


UNDELIVERED_YET = later("L'e-mail n'est pas encore parti")
