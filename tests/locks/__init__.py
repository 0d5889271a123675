"""One sync a project and warehouse at a time, tested on real processes."""
