"""Verifying: what was changed behind the warehouse's back is found and named, and nothing else is."""
