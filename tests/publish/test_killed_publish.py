"""Kill -9 while a copy is made and put in place: readers find the old run or the new one; nothing is left of it."""

from pathlib import Path

from tests.crash.command_server import CommandServer
from tests.publish.killed_publish import KilledPublications


def test_kill_9_in_the_middle_of_a_publication(tmp_path: Path) -> None:
    """Here at a few points; `make torture` kills it at all of them, and at random instants."""
    with CommandServer() as command:
        publications = KilledPublications(command, tmp_path)
        names = publications.points()
        # The file, the version's folder, and the link to that are put in place, in this order.
        in_place = [place for place, name in enumerate(names, start=1) if name == "before put_in_place"]
        the_file, _, the_link = in_place
        copying = names.index("before _mark") + 1
        found = [publications.killed_at_point(point) for point in (copying, the_file + 1, the_link)]
        number = publications.run
        assert found == [(number - 3, number - 3), (number - 1, number - 2), (number, number - 1)]
