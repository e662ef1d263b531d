"""`python -m cloud_relay` is `malha-relay`."""

from cloud_relay.cli import main

main()
