"""The people at the door are those of `tests.accounts`."""

from tests.accounts.conftest import app, invitation, nora, practice, visitor  # noqa: F401
