"""`python -m peer` is `malha`."""

from peer.cli import main

main()
