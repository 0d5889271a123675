"""Baseline c with this product's own fetch and normaliser: what if dlt wrote the tables? One process, as dlt has it."""

from collections.abc import Iterator
from typing import Any

from bench.ways import Job
from bench.ways.dlt_pipeline import LOADER, pipeline, tell_annotations
from connector.load import ARROW_SCHEMAS
from connector.normalise.label_rows.bundle import normalise_label_rows
from connector.normalise.ontology import Ontology
from connector.process.garbage_collection import collector_paused
from connector.source.connection.settings import SourceSettings
from connector.source.label_rows.fetched import WantedLabelRow
from connector.source.source import Source


def main() -> None:
    """Merge every table by label_hash, and print how many annotations there were."""
    job = Job.of_this_process()
    source = Source.connect(SourceSettings(ssh_key_file=job.key_file, domain=job.domain))
    snapshot = source.snapshot(job.project)
    ontology = Ontology.from_structure(snapshot.ontology["editor"])
    entries = {entry["label_hash"]: entry for entry in snapshot.entries if isinstance(entry, dict)}
    wanted = [
        WantedLabelRow(label_hash, frame_count=entry.get("number_of_frames"))
        for label_hash, entry in entries.items()
        if label_hash is not None
    ]
    with pipeline(job.warehouse) as pipe:
        import dlt

        def tables() -> Iterator[Any]:
            with collector_paused() as pause:
                for bundle in source.fetch(job.project, wanted):
                    label_rows = [(entries[row.label_hash], row.labels) for row in bundle.rows]
                    found = normalise_label_rows(label_rows, ontology, ARROW_SCHEMAS, project_hash=job.project).tables
                    for name, rows in found.items():
                        if rows.num_rows and "label_hash" in rows.column_names:
                            yield dlt.mark.with_table_name(rows, name)
                    pause.bundle_done()

        pipe.run(
            dlt.resource(tables, name="object_annotation", write_disposition="merge", merge_key="label_hash"),
            loader_file_format=LOADER,
        )
        tell_annotations(pipe, "object_annotation")


if __name__ == "__main__":
    main()
