"""Receives answers within limits, keeps them in memory or mapped, and splits their lists without decoding them."""
