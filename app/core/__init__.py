"""The floor of the house: database, clock, htmx, security, tokens, errors. No care words here."""
