"""What goes wrong in a simulated shop: each fault a function, and the dice that choose."""
