"""Whether the bench runs, and what it guards."""
