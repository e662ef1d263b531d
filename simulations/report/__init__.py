"""Runs as people see them: recorded, drawn, written as a page, repeated, counted up."""
