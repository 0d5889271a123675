"""Label rows of the SDK's object model, initialised in bundles as the SDK recommends."""

from collections.abc import Iterator
from pathlib import Path

from encord.objects import LabelRowV2
from encord.user_client import EncordUserClient

from bench.ways import Job


def label_rows(job: Job) -> Iterator[list[LabelRowV2]]:
    """The opened label rows of all branches, initialised, as many together as one request brings.

    They are handed out request by request and not kept, which is quicker for the SDK than to hold a project's objects:
    the garbage collector has less to walk. Rows that nobody has opened are left out: initialising creates them.
    """
    client = EncordUserClient.create_with_ssh_private_key(Path(job.key_file).read_text(), domain=job.domain)
    project = client.get_project(job.project)
    opened = [row for row in project.list_label_rows_v2(include_all_label_branches=True) if row.label_hash is not None]
    for first in range(0, len(opened), job.request_rows):
        together = opened[first : first + job.request_rows]
        with project.create_bundle(bundle_size=job.request_rows) as bundle:
            for row in together:
                row.initialise_labels(bundle=bundle)
        yield together
        opened[first : first + job.request_rows] = [None] * len(together)  # type: ignore[list-item] # let them go
