"""A lake that encord-sync writes and Spark reads, with a DuckDB file of the same rows beside it."""

import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import sqlalchemy as sa

from connector.demo.walk import work_on
from connector.load.on_iceberg.layout import views_of_the_present
from connector.sample import SampleServer
from tests.forked_command import Ended
from tests.lake.command import run_command
from tests.spark.golden_texts import NAMES
from tests.spark.spark_places import CATALOG, environment, settings
from tests.spark.view_comparison import differences

LAKE = f"iceberg://{CATALOG}/{NAMES.namespace}"


class SharedLake:
    """The lake, the file, and one Spark that reads the lake.

    Attributes:
        server: the source of both.
        folder: where everything of theirs is.
        first_rows: the label rows after the first sync: id and the hash of their content.
        first_objects: how many objects on frames there were then.
    """

    def __init__(self, server: SampleServer, database: sa.URL, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.file = folder / "labels.duckdb"
        self._database = database
        self._files = folder / "lake"
        self._environment = environment(database, self._files)
        key = folder / "key"
        key.touch(mode=0o600)
        key.write_text(server.world.private_key)
        self._source = [
            *("--project", server.world.project_hash, "--ssh-key-file", str(key), "--domain", server.domain),
        ]
        self.first_rows: set[tuple[Any, ...]] = set()
        self.first_objects = 0

    def fill(self) -> None:
        """Syncs twice, with edits in between, and has Spark run the script."""
        self.sync()
        with self.opened_file() as connection:
            query = "SELECT label_row_id, content_hash FROM label_row"
            self.first_rows = set(connection.execute(query).fetchall())
            ((self.first_objects,),) = connection.execute("SELECT count(*) FROM object_annotation").fetchall()
        assert len(list(work_on(self.server.world.projects[self.server.world.project_hash]))) > 3
        self.sync()
        self.run_script()

    def sync(self) -> None:
        """One sync of what the source holds now, into both."""
        for warehouse in (LAKE, f"duckdb:///{self.file}"):
            self.command("sync", *self._source, "--settle-seconds", "0", "--warehouse", warehouse)

    def command(self, *arguments: str) -> Ended:
        """The installed command, with the catalog's configuration; it must succeed."""
        done = run_command(*arguments, folder=self.folder, **self._environment)
        assert done.exit_code == 0, done.out + done.err
        return done

    def verify(self) -> None:
        """Has the connector compare the lake with its source, through its own reader."""
        self.command("verify", *self._source, "--warehouse", LAKE)

    def opened_file(self) -> duckdb.DuckDBPyConnection:
        """The DuckDB file, to read."""
        connection = duckdb.connect(str(self.file), read_only=True)
        connection.execute("SET TimeZone = 'UTC'")
        return connection

    @cached_property
    def spark(self) -> Any:  # noqa: ANN401 - Spark is not in the environment in which types are checked
        """The session, started at its first use."""
        from pyspark.sql import SparkSession

        os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
        builder = SparkSession.builder.master("local[2]").appName("encord-sync tests")
        session = builder.config(map=settings(self._database, self._files)).getOrCreate()
        # What matters is raised. Code that grows beyond 64 KB is told at length, and Spark does without compiling it.
        session.sparkContext.setLogLevel("OFF")
        # Iceberg's catalog in Hive's ways: clients ask for a namespace of that name.
        session.sql(f"CREATE NAMESPACE IF NOT EXISTS {CATALOG}.default")
        return session

    def stop(self) -> None:
        """Ends Spark."""
        self.spark.stop()

    def run_script(self) -> None:
        """Prints the script and has Spark run it, statement by statement."""
        script = self.command("lake", "views", "--dialect", "spark", "--warehouse", LAKE).out
        for statement in script.rstrip().removesuffix(";").split(";\n\n"):
            self.spark.sql(statement)

    def rows(self, query: str) -> Sequence[tuple[Any, ...]]:
        """What Spark answers."""
        return [tuple(row) for row in self.spark.sql(query).collect()]

    def differences(self, *names: str) -> Iterator[str]:
        """What differs between views in Spark and those of the file, in words; by default all are compared."""
        with self.opened_file() as connection:
            for file in views_of_the_present():
                if not names or file.view_name in names:
                    written = self.folder / "written" / file.view_name
                    rows = self.spark.table(NAMES.shown(file.view_name)).coalesce(1)
                    rows.write.mode("overwrite").parquet(str(written))
                    yield from differences(connection, file, written)

    def differences_of_the_own_reader(self) -> Iterator[str]:
        """What differs between the lake as the connector itself shows it, and the file: label rows and objects."""
        script = self.command("lake", "views", "--warehouse", LAKE).out
        with duckdb.connect() as shown, self.opened_file() as connection:
            shown.execute(script)
            for name in ("current_label_row", "object_on_frame", "classification_answer", "consensus_object_vote"):
                query = f"SELECT count(*), sum(hash(r.label_row_id)) FROM {name} AS r"
                here, there = shown.execute(query).fetchall(), connection.execute(query).fetchall()
                if here != there:
                    yield f"{name}: {here} in the lake, {there} in the file"
