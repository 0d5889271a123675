"""Everything that writes rows, alike on both engines."""
