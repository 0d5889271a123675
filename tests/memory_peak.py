"""How much memory a block of a test takes at most, of Python and of numpy."""

import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def memory_peak() -> Iterator[Callable[[], int]]:
    """Hands over a function that tells, after the block, the most bytes held in it beyond those before."""
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    peak = 0
    try:
        yield lambda: peak
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
