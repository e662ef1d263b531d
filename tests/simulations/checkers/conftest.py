"""Worlds for tests of checks."""

from tests.simulations.faults.conftest import in_a_shop

__all__ = ["in_a_shop"]
