"""What must hold after a run, whatever happened in it; each check is one function in a table."""
