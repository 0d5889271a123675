"""Answers as they arrive: received within limits, kept in memory or mapped, their lists taken apart undecoded."""
