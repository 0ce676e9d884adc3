"""What is said of an invitation."""

from app.letters.models import LetterState

UNDELIVERED = {
    LetterState.FAILED: "L'adresse a refusé le courriel",
    LetterState.EXPIRED: "Le courriel n'a pas pu partir",
}


UNDELIVERED_YET = "Le courriel n'est pas encore parti"
