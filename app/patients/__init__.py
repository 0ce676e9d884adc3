"""Patients: their identity, their circle of care, what they agreed to."""
