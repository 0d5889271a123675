"""What Encord says before any label is fetched: projects, the ontology, the listing, tasks and their log."""
