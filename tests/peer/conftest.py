import random
from collections.abc import Callable
from pathlib import Path

import pytest

from peer.environment import RealEnvironment
from peer.identity import Identity, Place, create_site, install, keys_for_joining
from peer.identity.membership import BUILD_SECONDS, admit, applicant_of

NOW = BUILD_SECONDS + 40 * 24 * 3600


class SeededDice:
    """Dice of a test: the same keys at every run."""

    def __init__(self, seed: object) -> None:
        self._random = random.Random(str(seed))

    def random_bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def uniform(self, low: float, high: float) -> float:
        return self._random.uniform(low, high)


class Shop:
    """A site whose terminals are made without any network."""

    def __init__(self, folder: Path, seed: object, now: int = NOW) -> None:
        self.folder = folder
        self.dice = SeededDice(seed)
        self.admin = create_site(
            self.place("A"), name="Caixa A", letters="A", wall_seconds=now, dice=self.dice
        ).identity

    def place(self, letters: str) -> Place:
        return Place(self.folder / letters, self.folder / f"{letters}.key")

    def terminal(self, letters: str, now: int = NOW) -> Identity:
        place = self.place(letters)
        keys = keys_for_joining(place.home, self.admin.site, self.dice)
        grant = admit(
            self.admin.issuing(),
            applicant_of(keys),
            letters=letters,
            name=f"Caixa {letters}",
            now_seconds=now,
        )
        return install(place, keys, self.admin.root_der, grant, dice=self.dice)


@pytest.fixture
def new_shop(tmp_path: Path) -> Callable[[str], Shop]:
    return lambda seed: Shop(tmp_path / seed, seed)


@pytest.fixture
def shop(new_shop: Callable[[str], Shop]) -> Shop:
    return new_shop("shop")


@pytest.fixture
def environment() -> RealEnvironment:
    return RealEnvironment()
