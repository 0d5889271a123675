"""The source: lists and fetches from Encord, only reads, and decides what changed. No other part knows the SDK."""
