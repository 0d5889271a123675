"""Baseline c: dlt loads the same label rows with merge, by its own normaliser, and its quickest loader.

The label rows come raw, as dicts (the SDK's get_label_rows), without the cost of its object model. Only what dlt could
not digest is reshaped first: dicts whose keys are hashes or frame numbers would become a table each, and become lists;
geometry that is no box becomes JSON text, as it is in the connector's tables.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from encord.user_client import EncordUserClient

from bench.ways import Job
from bench.ways.dlt_pipeline import LOADER, pipeline, tell_annotations

_GEOMETRY = ("polygon", "polygons", "polyline", "point", "skeleton", "bitmask", "circle", "ellipse", "cuboid_2d")


def _frames(unit: dict[str, Any]) -> Iterator[dict[str, Any]]:
    content = unit["labels"]
    for frame, blob in {"0": content}.items() if "objects" in content else content.items():
        for drawn in blob["objects"]:
            for name in _GEOMETRY:
                if name in drawn:
                    drawn[name] = json.dumps(drawn[name])
        yield {"frame": int(frame), **blob}


def reshaped(label_row: dict[str, Any]) -> dict[str, Any]:
    """A label row in which what is keyed by hashes and frame numbers has become lists."""
    units = [{**unit, "labels": None, "frames": list(_frames(unit))} for unit in label_row["data_units"].values()]
    lists = {
        name: list(label_row[name].values()) for name in ("object_answers", "object_actions", "classification_answers")
    }
    return {**label_row, **lists, "data_units": units}


def main() -> None:
    """Load every label row, and print how many annotations there were."""
    job = Job.of_this_process()
    client = EncordUserClient.create_with_ssh_private_key(Path(job.key_file).read_text(), domain=job.domain)
    project = client.get_project(job.project)
    listed = project.list_label_rows_v2(include_all_label_branches=True)
    label_hashes = [row.label_hash for row in listed if row.label_hash is not None]
    with pipeline(job.warehouse) as pipe:
        import dlt

        def label_rows() -> Iterator[list[dict[str, Any]]]:
            for first in range(0, len(label_hashes), job.request_rows):
                rows = project.get_label_rows(label_hashes[first : first + job.request_rows], get_signed_url=False)
                yield [reshaped(dict(row)) for row in rows]

        resource = dlt.resource(label_rows, name="label_row", write_disposition="merge", primary_key="label_hash")
        pipe.run(resource, loader_file_format=LOADER)
        tell_annotations(pipe, "label_row__data_units__frames__objects")


if __name__ == "__main__":
    main()
