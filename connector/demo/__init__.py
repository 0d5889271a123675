"""What `encord-sync demo` shows: the main job on a sample project, and questions in SQL."""
