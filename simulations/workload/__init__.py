"""What people do in a simulated shop, through the same API that a real front end uses."""
