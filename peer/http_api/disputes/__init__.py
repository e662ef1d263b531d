"""Disputes over HTTP: the list, what a person needs to decide, the decision; and audit trails."""
