"""Who holds a warehouse, and how others learn of it."""
