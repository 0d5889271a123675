"""A text with marks where copies of it differ, cut at them once: a filled-in copy is then one join."""

import re
from collections.abc import Mapping, Sequence


class MarkedText:
    """A text to fill in many times."""

    def __init__(self, text: bytes, marks: Sequence[bytes]) -> None:
        """Cut it.

        Args:
            text: the text.
            marks: what is replaced; none is part of another.
        """
        found = re.compile(b"(" + b"|".join(map(re.escape, marks)) + b")")
        self._pieces = found.split(text)  # text, mark, text, mark … text
        self._marks = self._pieces[1::2]

    def filled(self, values: Mapping[bytes, bytes]) -> bytes:
        """The text with a value in place of each mark.

        Raises:
            KeyError: a mark without a value.
        """
        pieces = self._pieces.copy()
        pieces[1::2] = map(values.__getitem__, self._marks)
        return b"".join(pieces)
