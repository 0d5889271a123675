"""One sync: the run over all projects, one project from top to bottom, and its bundles."""
