"""What runs first: files run two at a time, and whoever begins with the longest ends soonest."""

import pytest

LONGEST = "simulations/campaign/test_services.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, all others as they were."""
    items.sort(key=lambda item: not item.path.as_posix().endswith(LONGEST))
