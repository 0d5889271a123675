"""The source: lists and fetches from Encord, read-only, and decides what changed. The only part that knows the SDK."""
