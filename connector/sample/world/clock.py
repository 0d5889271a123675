"""The sample server's clock: it moves when something is edited, never by itself."""

import datetime

START = datetime.datetime(2025, 3, 3, 7, 30, 0, 114_307, tzinfo=datetime.UTC)


class SampleClock:
    """Time on the fake server, deterministic and to the microsecond.

    Every edit moves it by `step`; tests set `step` or call `advance` to place edits close together or far apart.
    """

    def __init__(self, now: datetime.datetime = START) -> None:
        self.now = now
        self.step = datetime.timedelta(minutes=7, seconds=11, microseconds=203_717)

    def tick(self) -> datetime.datetime:
        """Move by one step and return the new time."""
        return self.advance(self.step)

    def advance(self, duration: datetime.timedelta) -> datetime.datetime:
        """Move by `duration` and return the new time."""
        self.now += duration
        return self.now


def listing_time(moment: datetime.datetime) -> str:
    """A time in the listing's form: ISO without an offset, with microseconds, in UTC."""
    return moment.astimezone(datetime.UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def label_time(moment: datetime.datetime) -> str:
    """A time in the form of label rows: the long form, in whole seconds."""
    return moment.astimezone(datetime.UTC).strftime("%a, %d %b %Y %H:%M:%S UTC")


def api_time(moment: datetime.datetime) -> str:
    """A time in the form of the v2 API: ISO with a `Z`."""
    return moment.astimezone(datetime.UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def read_time(text: str) -> datetime.datetime:
    """Read an ISO time from a request or a listing entry; without an offset it is UTC.

    Raises:
        ValueError: The text is not an ISO time.
    """
    moment = datetime.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
