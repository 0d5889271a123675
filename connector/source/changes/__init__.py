"""What changed since the last sync: which label rows to fetch, and which are gone. Pure."""
