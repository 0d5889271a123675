"""The grid of migrations: every revision, both directions, both engines, with rows, and killed in the middle."""
