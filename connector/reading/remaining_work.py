"""How long the label rows that are left will take to read, judged by those that were read: whether to share them."""

SECONDS_WORTH_A_PROCESS = 0.75
"""Of reading that is left. Another process needs more than half of that to start, and a processor for it."""


class RemainingWork:
    """Counts the label rows of one project's sync that are read in this process."""

    def __init__(self, label_rows: int) -> None:
        """Prepare.

        Args:
            label_rows: how many there are to read.
        """
        self._label_rows = label_rows
        self._read = 0
        self._seconds = 0.0
        self._is_shared = False

    def add(self, label_rows: int, cpu_seconds: float) -> None:
        """Take in that some were read, and what it took."""
        self._read += label_rows
        self._seconds += cpu_seconds

    def is_worth_sharing(self) -> bool:
        """Whether other processes shall read, too; once they do, they do to the end."""
        left = self._seconds / max(1, self._read) * (self._label_rows - self._read)
        self._is_shared = self._is_shared or left >= SECONDS_WORTH_A_PROCESS
        return self._is_shared
