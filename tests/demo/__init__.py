"""What `encord-sync demo` does beyond its walk."""
