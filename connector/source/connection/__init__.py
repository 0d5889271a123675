"""The line to Encord: the key, the signature on each read, answers within limits, and when to try again."""
