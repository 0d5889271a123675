"""Everything that only reads a warehouse."""
