"""Over HTTP: the source fetches what the SDK's public calls fetch, and the tables say what `initialise_labels` says."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, NamedTuple

import pytest
from encord.objects import LabelRowV2
from encord.project import Project
from encord.user_client import EncordUserClient

from connector.sample import SampleServer, build_sample_world
from connector.source.connection.settings import SourceSettings
from connector.source.label_rows.fetched import WantedLabelRow
from connector.source.source import Source
from tests.parity.comparison import assert_parity

Raw = dict[str, Any]


class Fetched(NamedTuple):
    """The sample project as both ways give it.

    Attributes:
        entries: The listing's entries of opened label rows, by label hash.
        editor: The ontology's structure.
        by_source: Raw label rows from the source.
        by_sdk: Raw label rows from the SDK's public calls.
    """

    entries: dict[str, Raw]
    editor: Raw
    by_source: dict[str, Raw]
    by_sdk: dict[str, Raw]


@pytest.fixture(scope="module")
def fetched() -> Iterator[Fetched]:
    world = build_sample_world("small", seed=7)
    with SampleServer(world) as server:
        settings = SourceSettings(ssh_key=world.private_key, domain=server.domain)
        source = Source.connect(settings)
        snapshot = source.snapshot(world.project_hash)
        entries = {
            entry["label_hash"]: entry
            for entry in snapshot.entries
            if isinstance(entry, dict) and entry["label_hash"] is not None
        }
        wanted = [WantedLabelRow(label_hash, None, None) for label_hash in entries]
        bundles = list(source.fetch(world.project_hash, wanted))
        assert not [failure for bundle in bundles for failure in bundle.failures]
        by_source = {row.label_hash: dict(row.labels()) for bundle in bundles for row in bundle.rows}
        client = EncordUserClient.create_with_ssh_private_key(world.private_key, domain=server.domain)
        yield Fetched(
            entries, snapshot.ontology["editor"], by_source, _shadowed(client.get_project(world.project_hash))
        )


def _shadowed(project: Project) -> dict[str, Raw]:
    """Raw label rows through public names only: `from_labels_dict` shadowed on each row while it is initialised."""
    found: dict[str, Raw] = {}

    def shadow(row: LabelRowV2) -> None:
        def keep(label_row_dict: Raw, **_options: bool) -> None:
            found[str(row.label_hash)] = deepcopy(dict(label_row_dict))

        setattr(row, "from_labels_dict", keep)  # noqa: B010 - a plain assignment to a method does not type-check

    rows = [
        row
        for row in project.list_label_rows_v2(include_all_label_branches=True)
        # Initialising a row that nobody has opened would create it.
        if row.label_hash is not None
    ]
    with project.create_bundle() as bundle:
        for row in rows:
            shadow(row)
            row.initialise_labels(bundle=bundle)
    return found


def test_the_source_fetches_what_the_public_calls_fetch(fetched: Fetched) -> None:
    assert fetched.by_source.keys() == fetched.by_sdk.keys() == fetched.entries.keys()
    assert len(fetched.entries) > 10
    for label_hash, labels in fetched.by_sdk.items():
        received = fetched.by_source[label_hash]
        # The SDK's own class passes on the members that it knows; the source keeps them all.
        assert {name: received[name] for name in labels} == labels


def test_the_sample_project_reads_as_in_the_sdk(fetched: Fetched) -> None:
    for label_hash, labels in fetched.by_source.items():
        assert_parity(fetched.entries[label_hash], labels, fetched.editor)
