"""The views in Spark's SQL as files, which say what a change of a rule, of `sql/` or of sqlglot does to them.

python -m tests.spark.golden_texts    # writes them again; read the difference before you commit it
"""

from pathlib import Path

from connector.load.on_iceberg.layout import LAKE_TABLES, views_of_the_present
from connector.load.tables import METADATA
from connector.views.spark.relation_names import RelationNames
from connector.views.spark.standing_script import base_view, definitions

NAMES = RelationNames("team", "encord", "encord_data")
GOLDEN = Path(__file__).parent / "golden"


def texts() -> dict[Path, str]:
    """Each file as it should be: one for all views of the tables, and one a view."""
    of_tables = [base_view(name, NAMES) for name in LAKE_TABLES if name in METADATA.tables]
    wanted = {GOLDEN / "tables.sql": ";\n\n".join(of_tables) + ";\n"}
    for file in views_of_the_present():
        wanted[GOLDEN / f"{file.view_name}.sql"] = ";\n\n".join(definitions(file, NAMES)) + ";\n"
    return wanted


if __name__ == "__main__":
    for old in GOLDEN.glob("*.sql"):
        old.unlink()
    for path, text in texts().items():
        path.write_text(text, encoding="utf-8")
