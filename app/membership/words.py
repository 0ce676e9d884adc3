"""What is said of an invitation."""

from app.letters.models import LetterState

UNDELIVERED = {
    LetterState.FAILED: "L'adresse a refusé l'e-mail",
    LetterState.EXPIRED: "L'e-mail n'a pas pu partir",
}


UNDELIVERED_YET = "L'e-mail n'est pas encore parti"
