"""The status page: hand-written files, served as they stand until the screens come."""
