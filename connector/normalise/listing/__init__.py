"""The project, its ontology, its listing and its tasks → the tables known before any label is fetched."""
