"""The French words of a visit."""

MODES = {"home": "À domicile", "practice": "Au cabinet"}
