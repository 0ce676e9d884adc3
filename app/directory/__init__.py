"""Practitioners, organizations, communes: who works where, and how near."""
