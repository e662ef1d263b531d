"""Two terminals that nobody told an address find each other on a wire of their own.

The short one; address changes, floods, a second shop and networks without multicast stand in
tests/real.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.namespaces import Wire, found_site, why_not, wire
from tests.real.test_discovery_in_namespaces import converged, linked, running


@pytest.fixture
def lan() -> Iterator[Wire]:
    reason = why_not()
    if reason is not None:
        pytest.skip(reason)
    with wire() as made:
        yield made


async def test_two_find_each_other_and_hold_the_same(lan: Wire, tmp_path: Path) -> None:
    _, tills = await found_site(tmp_path / "shop", "AB")
    places = [lan.machine("A", "10.203.7.1"), lan.machine("B", "10.203.7.2")]
    async with running(*zip(tills.values(), places, strict=True)):
        await tills["A"].sell()
        await linked(*tills.values())
        await converged(*tills.values())
