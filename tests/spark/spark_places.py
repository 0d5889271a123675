"""What the tests with Spark need of the machine: Java and two jars; and how Spark is told of a lake.

Nothing here imports Spark: `make test` reads these modules too, in an environment without it.
"""

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa

CATALOG = "team"
"""The catalog's name, the same for pyiceberg and for Spark: it stands beside each table in the catalog."""
JAVA_RELEASE = "17"
DRIVER_VARIABLE = "ENCORD_SYNC_TEST_POSTGRES_JAR"
_DRIVER = Path("/usr/share/java/postgresql.jar")
_RUNTIME = "jars/iceberg-spark-runtime-3.5_2.12-1.10.2.jar"


def missing() -> str | None:
    """What the machine lacks for these tests, in a sentence that says what to do; None if it has all."""
    java = _java()
    if java is None or f'"{JAVA_RELEASE}' not in _java_release(java):
        return (
            f"The tests with Spark need Java {JAVA_RELEASE}, which is not here: apt-get install"
            f" openjdk-{JAVA_RELEASE}-jre-headless, or name it in JAVA_HOME."
        )
    if not driver_jar().is_file():
        return (
            f"The tests with Spark need PostgreSQL's JDBC driver, which is not at {driver_jar()}; install it (apt-get"
            f" install libpostgresql-jdbc-java) or name it in {DRIVER_VARIABLE}."
        )
    return None


def _java() -> str | None:
    home = os.environ.get("JAVA_HOME")
    return str(Path(home) / "bin" / "java") if home else shutil.which("java")


def _java_release(java: str) -> str:
    """The line in which it says its version; empty if it cannot be started."""
    try:
        done = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stderr.splitlines()[0] if done.stderr else ""


def driver_jar() -> Path:
    """PostgreSQL's JDBC driver."""
    return Path(os.environ.get(DRIVER_VARIABLE) or _DRIVER)


def runtime_jar() -> Path:
    """Iceberg's runtime for Spark; a package brings it, whose code is never imported."""
    return _installed("snowpark_connect_deps_iceberg") / _RUNTIME


def spark_home() -> Path:
    """Where Spark's own programs are."""
    return _installed("pyspark")


def _installed(package: str) -> Path:
    found = importlib.util.find_spec(package)
    assert found is not None, package
    assert found.origin is not None, package
    return Path(found.origin).parent


def settings(postgres: sa.URL, files: Path) -> dict[str, str]:
    """Spark's settings for a lake whose catalog is a PostgreSQL database, shared with pyiceberg."""
    catalog = f"spark.sql.catalog.{CATALOG}"
    jars = f"{runtime_jar()}:{driver_jar()}"
    return {
        "spark.driver.extraClassPath": jars,
        "spark.executor.extraClassPath": jars,
        "spark.driver.memory": "3g",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.session.timeZone": "UTC",
        # INT96, which Spark writes otherwise, has no time zone.
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
        "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
        catalog: "org.apache.iceberg.spark.SparkCatalog",
        f"{catalog}.type": "jdbc",
        f"{catalog}.uri": f"jdbc:postgresql://{postgres.host}:{postgres.port}/{postgres.database}",
        f"{catalog}.jdbc.user": str(postgres.username),
        f"{catalog}.jdbc.password": str(postgres.password),
        # The version of the catalog's own tables that has views.
        f"{catalog}.jdbc.schema-version": "V1",
        f"{catalog}.warehouse": files.as_uri(),
        f"{catalog}.cache-enabled": "false",
    }


def environment(postgres: sa.URL, files: Path) -> dict[str, str]:
    """The same catalog for encord-sync: the variables that pyiceberg reads."""
    prefix = f"PYICEBERG_CATALOG__{CATALOG.upper()}__"
    return {
        f"{prefix}TYPE": "sql",
        f"{prefix}URI": postgres.render_as_string(hide_password=False),
        f"{prefix}WAREHOUSE": files.as_uri(),
    }


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


if __name__ == "__main__":
    if sentence := missing():
        sys.exit(sentence)
