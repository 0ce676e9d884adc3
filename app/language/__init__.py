"""How the house speaks: its languages, what a printer would set, hours and lengths, dates, names and numbers."""
