"""The French words of a hand-over."""

from app.language.phrases import later

WITHDRAWALS: dict[str, str] = {
    "full": later("Plus de place"),
    "sick": later("Je suis malade"),
    "far": later("C'est trop loin"),
    "unreachable": later("Le patient ne répond pas"),
    "other": later("Autre raison"),
}
"""Why somebody gives a visit back, in one tap."""
