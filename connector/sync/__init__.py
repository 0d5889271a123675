"""One sync: a run over projects, a project top to bottom, and its bundles."""
