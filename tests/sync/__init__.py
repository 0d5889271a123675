"""Tests of whole syncs: the real SDK over HTTP against the sample server, into real DuckDB files."""
