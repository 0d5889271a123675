"""The commands that write files out of the warehouse."""
