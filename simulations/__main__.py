"""`python -m simulations`."""

from simulations.cli import main

main(prog_name="malha-sim")
