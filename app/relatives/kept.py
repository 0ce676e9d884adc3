"""What this room keeps of a person. A relative who reads no more is kept for a year, so that she can ask who did."""

from datetime import timedelta

from app.language.phrases import later
from app.patients.keeping import Kept, Term, keep
from app.relatives.models import LegalProtection, RelatedPerson, TrustedPerson

A_YEAR = timedelta(days=365)

keep(
    # The keys of a relative are hers, not the person's: a copy must open nobody's page.
    Kept(
        RelatedPerson,
        later("Proches"),
        (RelatedPerson.patient_id,),
        hidden={"token", "token_hash", "code_words"},
        act=RelatedPerson.since,
        term=Term(RelatedPerson.until, A_YEAR),
    ),
    Kept(
        TrustedPerson,
        later("Personne de confiance"),
        (TrustedPerson.patient_id,),
        hidden={"related_id"},
        act=TrustedPerson.at,
        term=Term(TrustedPerson.revoked_at, A_YEAR),
    ),
    Kept(
        LegalProtection,
        later("Qui décide"),
        (LegalProtection.patient_id,),
        act=LegalProtection.at,
        term=Term(LegalProtection.until, A_YEAR),
    ),
)
