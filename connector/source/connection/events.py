"""What the source reports while it works: waits, smaller bundles, label rows set aside. No wait is silent."""

import enum
import logging
import threading
from typing import Literal, Protocol

logger = logging.getLogger("connector.source")


class EventName(enum.StrEnum):
    """The closed list of events."""

    WAITING = "waiting"
    """A request failed and is tried again after `wait_seconds`."""
    BUNDLE_HALVED = "bundle_halved"
    """Encord refused a request for its size; smaller ones follow."""
    BUNDLE_SPLIT = "bundle_split"
    """A bundle failed and is fetched in parts, to find the label row that causes it."""
    ASKED_AGAIN = "asked_again"
    """Label rows were missing in an answer and are asked for once more."""
    ENTRY_SET_ASIDE = "entry_set_aside"
    """One entry of the list of projects could not be read."""
    KEY_FILE_READABLE = "key_file_readable"
    """Other users of this machine can read the file of the private key."""


class EventListener(Protocol):
    """Takes an event: its name, a sentence, its facts. None of them holds label text, keys or signed URLs."""

    def __call__(self, name: str, text: str, *, level: Literal["warning"], **fields: object) -> None:
        """Take one event."""


class Teller:
    """Passes events from any thread to the listener, one at a time, or to the log if nobody listens."""

    def __init__(self, listener: EventListener | None) -> None:
        self._listener = listener
        self._lock = threading.Lock()

    def __call__(self, name: EventName, text: str, **fields: object) -> None:
        """Pass one event on."""
        if self._listener is None:
            logger.warning("%s: %s", name, text)
            return
        with self._lock:
            self._listener(name.value, text, level="warning", **fields)
