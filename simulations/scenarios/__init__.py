"""Named situations, each told in a few lines that an owner of a shop could follow."""
