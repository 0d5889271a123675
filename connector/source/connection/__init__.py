"""The connection to Encord: the key, the signature on each read, the limits of answers, and when to try again."""
