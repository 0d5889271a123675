"""Fetches label rows: decides which go into one request, matches what came back, and holds the JSON of each."""
