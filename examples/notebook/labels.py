"""The same two questions in SQL, pandas, Polars and Ibis, and a cell that says whether the answers are alike."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium")


@app.cell
def _():
    import os

    import duckdb
    import ibis
    import marimo as mo
    import polars as pl

    return duckdb, ibis, mo, os, pl


@app.cell
def _(mo):
    mo.md("""
    # Labels

    **Which objects are there, and how large are their boxes?** **Who made how many labels?** The file is opened
    read-only: a published copy (docs/readers.md), or a warehouse that nothing syncs at the moment.
    """)
    return


@app.cell
def _(duckdb, os):
    file = os.environ.get("ENCORD_LABELS", "labels.duckdb")
    labels = duckdb.connect(file, read_only=True)
    labels.execute("SET TimeZone = 'UTC'")
    return file, labels


@app.cell
def _(labels):
    # SQL does the work where the rows are. branch_name: consensus copies labels to main, so count within one branch.
    by_class_sql = labels.sql("""
        SELECT object_name, count(*) AS on_frames, round(avg(width_pixels), 3) AS mean_width
        FROM object_on_frame
        WHERE branch_name = 'main' AND ontology_shape = 'bounding_box'
        GROUP BY object_name
        ORDER BY object_name
    """).fetchall()
    by_person_sql = labels.sql("""
        SELECT annotator, CAST(sum(n_labels) AS BIGINT) AS n_labels
        FROM work_by_annotator_day GROUP BY annotator ORDER BY annotator
    """).fetchall()
    by_class_sql
    return by_class_sql, by_person_sql


@app.cell
def _(labels):
    # pandas: take few columns and few rows over.
    boxes = labels.sql("""
        SELECT object_name, width_pixels FROM object_on_frame
        WHERE branch_name = 'main' AND ontology_shape = 'bounding_box'
    """).df()
    work = labels.view("work_by_annotator_day").df()
    by_class = boxes.groupby("object_name")["width_pixels"].agg(["size", "mean"]).round(3).sort_index()
    by_class_pandas = list(by_class.itertuples(name=None))
    by_person_pandas = list(work.groupby("annotator")["n_labels"].sum().sort_index().items())
    by_class
    return by_class_pandas, by_person_pandas


@app.cell
def _(labels, pl):
    frames = labels.view("object_on_frame").pl()
    by_class_polars = (
        frames.filter((pl.col("branch_name") == "main") & (pl.col("ontology_shape") == "bounding_box"))
        .group_by("object_name")
        .agg(pl.len().alias("on_frames"), pl.col("width_pixels").mean().round(3).alias("mean_width"))
        .sort("object_name")
        .rows()
    )
    by_person_polars = (
        labels.view("work_by_annotator_day")
        .pl()
        .group_by("annotator")
        .agg(pl.col("n_labels").sum())
        .sort("annotator")
        .rows()
    )
    by_class_polars
    return by_class_polars, by_person_polars


@app.cell
def _(file, ibis):
    # Ibis writes the SQL; nothing is fetched before execute().
    encord = ibis.duckdb.connect(file, read_only=True)
    objects = encord.table("object_on_frame")
    by_class_query = (
        objects.filter(objects.branch_name == "main", objects.ontology_shape == "bounding_box")
        .group_by("object_name")
        .agg(on_frames=lambda t: t.count(), mean_width=lambda t: t.width_pixels.mean().round(3))
        .order_by("object_name")
    )
    days = encord.table("work_by_annotator_day")
    by_person_query = days.group_by("annotator").agg(n_labels=days.n_labels.sum()).order_by("annotator")
    by_class_ibis = list(by_class_query.execute().itertuples(index=False, name=None))
    by_person_ibis = list(by_person_query.execute().itertuples(index=False, name=None))
    by_class_ibis
    return by_class_ibis, by_person_ibis


@app.cell
def _(
    by_class_ibis,
    by_class_pandas,
    by_class_polars,
    by_class_sql,
    by_person_ibis,
    by_person_pandas,
    by_person_polars,
    by_person_sql,
    mo,
):
    assert by_class_sql, "the file has no boxes on main"
    assert by_class_sql == by_class_pandas == by_class_polars == by_class_ibis
    assert by_person_sql == by_person_pandas == by_person_polars == by_person_ibis
    print(f"alike: {len(by_class_sql)} classes, {len(by_person_sql)} people")
    mo.md("SQL, pandas, Polars and Ibis say the same.")
    return


if __name__ == "__main__":
    app.run()
