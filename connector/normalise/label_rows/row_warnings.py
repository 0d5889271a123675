"""Warnings about parts of a label row that could not be interpreted, and were kept as they are or left out."""

import orjson

_LIMIT = 50


class RowWarnings:
    """The warnings of one label row: each different text once, with how often it applied."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def add(self, text: str, times: int = 1) -> None:
        """Note a warning. The text names ids and words of the format, never text that a person typed."""
        self._counts[text] = self._counts.get(text, 0) + times

    def to_json(self) -> str | None:
        """A JSON list of texts, at most 50 and one that counts the rest; None if there are none."""
        if not self._counts:
            return None
        texts = [text if count == 1 else f"{text} ({count} times)" for text, count in self._counts.items()]
        if len(texts) > _LIMIT:
            texts = [*texts[:_LIMIT], f"and {len(texts) - _LIMIT} more kinds of warnings"]
        return orjson.dumps(texts).decode()
