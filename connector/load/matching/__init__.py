"""Objects of consensus: which branches to match again, and their overlaps."""
