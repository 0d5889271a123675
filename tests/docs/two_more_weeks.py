"""The sample project for two weeks more: a team goes on labelling and reviewing, and a sync runs each working day.

Everything happens in the sample's own time: a warehouse looks as if its syncs had run then.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from connector.sample import SampleServer
from connector.sample.farm.team import Team
from tests.moved_moments import moved_back
from tests.postgres.synced_engines import sync

DAYS = [date(2025, 3, day) for day in (3, 4, 5, 6, 7, 10, 11, 12, 13, 14)]
MORNING, NOON, AFTERNOON, EVENING = time(8), time(12), time(13), time(18)


def work_and_sync(server: SampleServer, urls: Sequence[str], **options: object) -> None:
    """Sync before the two weeks, at noon of each day, between labelling and review, and once at their end."""
    project = server.world.projects[server.world.project_hash]
    team = Team(project)
    _sync_at(server, urls, **options)
    for number, day in enumerate(DAYS):
        project.clock.now = datetime.combine(day, MORNING, UTC)
        team.label(number)
        project.clock.now = datetime.combine(day, NOON, UTC)
        _sync_at(server, urls, **options)
        project.clock.now = datetime.combine(day, AFTERNOON, UTC)
        team.review(number)
    project.clock.now = datetime.combine(DAYS[-1], EVENING, UTC)
    _sync_at(server, urls, **options)


def _sync_at(server: SampleServer, urls: Sequence[str], **options: object) -> None:
    """Sync, and have every moment that the sync wrote lie in the sample's time."""
    for url in urls:
        started = datetime.now(UTC)
        assert sync(server, url, **options).outcome == "succeeded"
        moved_back(url, started, started - server.world.clock.now)
