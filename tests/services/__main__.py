"""`python -m tests.services` prints the Debian packages that bring what the tests miss here."""

from tests.services import browser, notifications, postgres, pro_sante

missing = [
    *browser.missing_packages(),
    *notifications.missing_packages(),
    *postgres.missing_packages(),
    *pro_sante.missing_packages(),
]
print(" ".join(missing))
