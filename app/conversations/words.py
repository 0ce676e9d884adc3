"""The French words of a thread. What rings says that there is something to read, and nothing of what it is."""

from app.language.phrases import later
from app.messages.models import Notice

LINE_NOTICE = Notice(
    later("Nouveau message sur une demande"),
    later("Ouvrez Relais pour le lire."),
    urgency="normal",
    elsewhere=later("Relais : un message vous attend sur une demande. Ouvrez Relais pour le lire."),
)

AROUND_NOTICE = Notice(
    later("Nouveau message entre soignants"),
    later("Ouvrez Relais pour le lire."),
    urgency="normal",
    elsewhere=later("Relais : un message entre soignants vous attend. Ouvrez Relais pour le lire."),
)

OUTCOME_COPY = later("Un compte rendu de soins vous est destiné.")
OUTCOME_NOTICE = Notice(
    later("Pour votre information"), later("Un compte rendu de soins vous attend."), "inbox", urgency="low"
)
"""For a usual professional, who reads it among her copies."""
