"""Who can be somebody's usual one."""

USUAL = ("doctor", "nurse", "midwife", "physiotherapist", "pharmacist")
"""Professions of which a person has a usual one, in the order in which a circle is read."""
