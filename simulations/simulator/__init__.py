"""The simulated world: real peers and a real relay under a virtual clock, network, disk, dice."""
