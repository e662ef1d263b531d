"""The fixtures of the log's contract serve here too."""

from tests.contracts.conftest import driver, log, open_log, shelf  # noqa: F401
