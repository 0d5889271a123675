"""Keeps what was: the rows that a transaction replaces, and the tables as they were at a moment of the past."""
