"""Practitioners and services: who works where, as what, and how near."""
