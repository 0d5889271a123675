"""The fake Encord server: HTTP, both APIs, and faults on demand."""
