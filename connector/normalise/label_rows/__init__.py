"""Raw label rows → rows of the label tables."""
