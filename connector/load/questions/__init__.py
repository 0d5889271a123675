"""All that only reads a warehouse."""
