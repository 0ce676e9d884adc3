"""Who is who: names, dates of birth and health numbers as they are compared, and when two records may be one. Pure."""
