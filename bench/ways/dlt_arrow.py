"""Baseline c, at its best: dlt is fed with finished Arrow tables, and has nothing to fetch, parse or normalise."""

from pathlib import Path

from bench.ways import Job
from bench.ways.dlt_pipeline import LOADER, pipeline, tell_annotations
from bench.ways.floor import read_final_columns


def main() -> None:
    """Merge every table by label_hash, and print how many annotations there were."""
    job = Job.of_this_process()
    tables = read_final_columns(Path(job.folder))
    with pipeline(job.warehouse) as pipe:
        import dlt

        pipe.run(
            [
                dlt.resource([rows], name=name, write_disposition="merge", merge_key="label_hash")
                for name, rows in tables.items()
            ],
            loader_file_format=LOADER,
        )
        tell_annotations(pipe, "object_annotation")


if __name__ == "__main__":
    main()
