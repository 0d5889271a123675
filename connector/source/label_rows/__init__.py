"""Fetching label rows: which go into one request, what came back, and the JSON of each."""
