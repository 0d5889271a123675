"""`encord-sync demo --serve`: the sample server stays up, so that every command of the docs can be tried on it."""

import shlex
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from connector.demo.walk import SampleSize, remove_earlier
from connector.errors import ConnectorError, ErrorKind
from connector.load.locks.file_lock import file_lock
from connector.load.locks.lock_holder import LockHolder
from connector.process.interruption import interruption_on_signals
from connector.runs.printing import print_line
from connector.sample import (
    NOT_OPENED,
    PASTURE_PROJECT_HASH,
    SampleServer,
    SampleWorld,
    Team,
    add_pasture_project,
    build_sample_world,
)

KEY, ENVIRONMENT = "key", "environment"
_FIRST_LINE = "# Written by `encord-sync demo --serve`, and removed when it ends: the sample server that runs now."
_LOOK_EVERY, _LONGEST_WAIT = 0.5, 3600.0
"""Seconds."""


def run_server(size: SampleSize, seed: int, path: Path, folder: Path, port: int, edit_every: float | None) -> None:
    """Serve the sample until a signal comes, and have a team edit it if that is asked for.

    Args:
        size: of the sample.
        seed: of the sample.
        path: the DuckDB file that the environment names; one of an earlier demo is removed.
        folder: for the key and the environment; both are removed at the end.
        port: on loopback; 0: a free one.
        edit_every: seconds between two edits, counted from the first time that somebody fetches labels; None: nobody
            edits.

    Raises:
        ConnectorError: CONFIGURATION if the port is taken, or the folder holds something else; LOCKED if another
            server uses the folder; WAREHOUSE if the earlier file cannot be removed.
    """
    world = build_sample_world(size, seed=seed)
    add_pasture_project(world)
    teams = [
        Team(world.projects[world.project_hash]),
        Team(world.projects[PASTURE_PROJECT_HASH], NOT_OPENED, reviews_before=2),
    ]
    with ExitStack() as ends, interruption_on_signals() as interruption:
        server = _listening(SampleServer(world, port=port), ends)
        ends.enter_context(_in_folder(folder))
        remove_earlier(path)
        lines = _environment(server, folder, path)
        key, environment = folder / KEY, folder / ENVIRONMENT
        key.touch(mode=0o600)
        key.write_text(world.private_key, encoding="utf-8")
        environment.write_text("\n".join([_FIRST_LINE, *lines]) + "\n", encoding="utf-8")
        _say_where(server, folder, lines)
        # A first sync shows the sample as the docs do, whenever it comes.
        while not server.requests.of_kind("label_rows") and not interruption.wait(_LOOK_EVERY):
            pass
        while not interruption.wait(edit_every or _LONGEST_WAIT):
            if edit_every is not None:
                for sentence in [sentence for team in teams for sentence in team.go_on()]:
                    print_line(f"  - {sentence}", hang=4)
        requests = len(list(server.requests))
    print_line(
        f"Stopped by {interruption.signal_name} after {requests} requests; the key and the environment are removed."
    )


def _listening(server: SampleServer, ends: ExitStack) -> SampleServer:
    try:
        return ends.enter_context(server)
    except OSError as error:
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"The sample server cannot listen: {error.strerror}.",
            remedy="Give --port another number, or leave it out: then a free one is taken.",
        ) from error


@contextmanager
def _in_folder(folder: Path) -> Iterator[None]:
    """The folder is this server's while the block runs; then it is gone, unless somebody put something into it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(folder, error.strerror or type(error).__name__) from error
    with _held(folder):
        try:
            earlier = (folder / ENVIRONMENT).read_text(encoding="utf-8").startswith(_FIRST_LINE)
        except FileNotFoundError:
            earlier = False
        if any(folder.iterdir()) and not earlier:
            raise _unusable(folder, "it holds files of somebody else")
        try:
            yield
        finally:
            for name in (KEY, ENVIRONMENT):
                (folder / name).unlink(missing_ok=True)
            with suppress(OSError):
                folder.rmdir()


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    with ExitStack() as lock:
        try:
            lock.enter_context(file_lock(folder, LockHolder.this_process("demo --serve"), f"The folder {folder}"))
        except ConnectorError as error:
            raise ConnectorError(error.kind, error.message, remedy="Stop it, or name another --folder.") from error
        yield


def _unusable(folder: Path, why: str) -> ConnectorError:
    return ConnectorError(
        ErrorKind.CONFIGURATION,
        f"The folder {folder} cannot be taken for the key of the sample server: {why}.",
        remedy="Name another with --folder.",
    )


def _environment(server: SampleServer, folder: Path, path: Path) -> list[str]:
    """The lines of a shell that have every command talk to the server."""
    values = {
        "ENCORD_SYNC_SSH_KEY_FILE": str((folder / KEY).resolve()),
        "ENCORD_SYNC_DOMAIN": server.domain,
        "ENCORD_SYNC_ALL_PROJECTS": "true",
        "ENCORD_SYNC_STREAMS": "task_actions,time_spent,issues,project_users",
        "ENCORD_SYNC_WAREHOUSE": f"duckdb:///{path.resolve()}",
    }
    return [f"export {name}={shlex.quote(value)}" for name, value in values.items()]


def _say_where(server: SampleServer, folder: Path, lines: list[str]) -> None:
    print_line(f"A sample Encord server runs at {server.domain}, for this machine only, until Ctrl-C. It serves:")
    for project in _projects(server.world):
        print_line(project, hang=4)
    print_line("In another terminal, once:")
    print_line(f"  . {shlex.quote(str(folder / ENVIRONMENT))}")
    print_line("which says:")
    for line in lines:
        print_line(f"  {line}")
    print_line("Then every command of the docs works without --ssh-key-file, --domain and --warehouse.")


def _projects(world: SampleWorld) -> list[str]:
    return [
        f"  {project.project_hash}  {project.record['title']}: {len(project.rows)} label rows, stages "
        f"{', '.join(stage['title'] for stage in project.record['workflow']['stages'])}"
        for project in world
    ]
