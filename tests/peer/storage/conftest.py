"""The fixtures of the log's contract serve here too."""

from tests.contracts.conftest import driver, home, log, open_log, place, shelf  # noqa: F401
