"""Random numbers that are the same for the same seed, on every machine and Python version."""

import base64
import random
import uuid


def seeded_random(*seed: object) -> random.Random:
    """A generator whose stream depends on nothing but the words of its seed."""
    return random.Random("/".join(map(str, seed)))  # noqa: S311 - a sample to look at, nothing secret


def label_hash_like(source: random.Random) -> str:
    """A UUID, as Encord names label rows, data units, projects and stages."""
    return str(uuid.UUID(int=source.getrandbits(128), version=4))


def feature_hash_like(source: random.Random) -> str:
    """Eight characters of base64, as Encord names objects, classifications and features: may hold `+` and `/`."""
    return base64.b64encode(source.getrandbits(48).to_bytes(6, "big")).decode("ascii")
