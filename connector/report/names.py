"""What people and data units are called on the page: by name or, on an anonymous page, by letter and number."""

from collections import Counter

from connector.load.contract.session import Session
from connector.runs.printing import visible

_PEOPLE = """
SELECT user_email FROM project_user WHERE project_hash = $project
UNION SELECT annotator_email FROM consensus_task_branch WHERE project_hash = $project
UNION SELECT actor_email FROM task_action WHERE project_hash = $project
UNION SELECT user_email FROM time_spent WHERE project_hash = $project
"""
_DATA_UNITS = "SELECT data_hash, COALESCE(title, data_hash) FROM data_unit WHERE project_hash = $project"


class Names:
    """The names of one page.

    Attributes:
        is_anonymous: whether people are letters and data units numbers: in the order of their addresses and hashes, so
            that two pages of the same warehouse agree.
    """

    def __init__(self, session: Session, project_hash: str, *, is_anonymous: bool) -> None:
        """Reads who and what there is, in the caller's transaction."""
        self.is_anonymous = is_anonymous
        people = sorted(row[0] for row in session.rows(_PEOPLE, project=project_hash) if row[0])
        titles: dict[str, str] = dict(session.rows(_DATA_UNITS, project=project_hash))
        if is_anonymous:
            titles = {data_hash: f"Data unit {number}" for number, data_hash in enumerate(sorted(titles), 1)}
        self._titles = {data_hash: visible(title) for data_hash, title in titles.items()}
        self._people: dict[str, str] = {}
        self._shared = {name for name, n in Counter(person.partition("@")[0] for person in people).items() if n > 1}
        for person in people:
            self.person(person)

    def person(self, address: str) -> str:
        """The part of an e-mail address before the @, or all of it where two people share that part."""
        if not self.is_anonymous:
            name = address.partition("@")[0]
            return visible(address if name in self._shared else name)
        return self._people.setdefault(address, f"Person {_letters(len(self._people))}")

    def data_unit(self, data_hash: str) -> str:
        """Its title."""
        return self._titles.get(data_hash, "?" if self.is_anonymous else data_hash)


def _letters(number: int) -> str:
    """The letters of a number: A to Z, AA, AB, and so on."""
    name = ""
    number += 1
    while number:
        number, place = divmod(number - 1, 26)
        name = chr(ord("A") + place) + name
    return name
