"""What a coordinator's acts mean."""

from datetime import timedelta

RELAUNCHED_FOR = timedelta(hours=24)
"""How long a search may go on when a coordinator begins it again."""
