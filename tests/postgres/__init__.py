"""Tests of the warehouse in PostgreSQL, on a real server; what both engines share is tested in tests/load."""
