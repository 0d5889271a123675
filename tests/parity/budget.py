"""How many generated rows the parity tests look at, and how they choose them.

By default the same few rows on every run and every machine. `PARITY_EXAMPLES=5000 pytest tests/parity` looks at 5,000
rows of each kind instead, other ones on every run.
"""

import os

from hypothesis import HealthCheck, settings

EXAMPLES_VARIABLE = "PARITY_EXAMPLES"
DEFAULT_EXAMPLES = 40


def parity_settings(share: float = 1.0) -> settings:
    """Settings of one generated test.

    Args:
        share: The part of the examples that it gets; less than one for tests of rare things.
    """
    asked = os.environ.get(EXAMPLES_VARIABLE)
    examples = int(asked) if asked else DEFAULT_EXAMPLES
    return settings(
        max_examples=max(1, round(examples * share)),
        derandomize=asked is None,
        database=None,
        deadline=None,
        # Whole label rows are bigger than what Hypothesis is used to; the number of examples bounds the time.
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )
