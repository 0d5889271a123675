"""`export frames`."""
