"""Establishments, wards, practices and territories, and the communes where they stand."""
