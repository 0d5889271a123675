"""Everything that writes rows in the same way on both engines."""
