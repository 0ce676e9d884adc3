"""The plan made with a person: what matters to her, what is aimed at, who does what by when, and whom to call."""
