"""A standalone Spark cluster on the loopback address: a master and workers, each a process that can be killed."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.spark.spark_places import free_port, spark_home

JOB = Path(__file__).parents[2] / "examples" / "workers" / "shards_as_tasks.py"
"""The job that runs the commands of a plan as tasks; it takes the plan's file."""
_CLASSES = "org.apache.spark.deploy"
_EXECUTOR = "CoarseGrainedExecutorBackend"


class Cluster:
    """A running cluster; its workers have one core and one executor each.

    Attributes:
        master: its address.
        folder: where the logs are.
    """

    def __init__(self, master: str, folder: Path, environment: Mapping[str, str]) -> None:
        self.master = master
        self.folder = folder
        self._environment = environment

    def submitted(self, plan: Path) -> "subprocess.Popen[str]":
        """The job, under way."""
        options = ["--executor-cores", "1", "--executor-memory", "1g"]
        options += ["--conf", "spark.driver.host=127.0.0.1", "--conf", "spark.ui.enabled=false"]
        return subprocess.Popen(
            [str(spark_home() / "bin" / "spark-submit"), "--master", self.master, *options, str(JOB), str(plan)],
            env=self._environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def busy_executor(self, command: str) -> int | None:
        """The process id of an executor under which a command is running."""
        parents = dict(_processes())
        for process, parent in parents.items():
            if command in _command_line(process):
                above: int | None = parent
                while above is not None and above != os.getpid():
                    if _EXECUTOR in _command_line(above):
                        return above
                    above = parents.get(above)
        return None


def kill_tree(process: int) -> list[int]:
    """Kills a process and all below it at once, as when their machine fails; returns their ids."""
    children: dict[int, list[int]] = {}
    for each, parent in _processes():
        children.setdefault(parent, []).append(each)
    doomed = [process]
    for each in doomed:
        doomed.extend(children.get(each, []))
    for each in doomed:
        with contextlib.suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)
    return doomed


@contextlib.contextmanager
def running_cluster(folder: Path, variables: Mapping[str, str], workers: int = 2) -> Iterator[Cluster]:
    """A cluster for the length of a block.

    Args:
        folder: for logs and working folders.
        variables: what the tasks find in their environment beside the path to the commands.
        workers: how many.
    """
    port, page = free_port(), free_port()
    commands = Path(sys.executable).parent
    environment = {
        **os.environ,
        **variables,
        "PATH": f"{commands}:{os.environ['PATH']}",
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_HOME": str(spark_home()),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_WORKER_DIR": str(folder / "work"),
    }
    master = f"spark://127.0.0.1:{port}"
    at = ("--host", "127.0.0.1")
    started = [_started("master.Master", [*at, "--port", str(port), "--webui-port", str(page)], folder, environment)]
    try:
        time.sleep(5)
        for number in range(workers):
            arguments = [*at, "--cores", "1", "--memory", "1g", "--webui-port", str(free_port()), master]
            started.append(_started("worker.Worker", arguments, folder, environment, number))
        yield Cluster(master, folder, environment)
    finally:
        for process in reversed(started):
            kill_tree(process.pid)
            process.wait()


def _started(
    name: str, arguments: list[str], folder: Path, environment: Mapping[str, str], number: int = 0
) -> "subprocess.Popen[bytes]":
    with (folder / f"{name}-{number}.log").open("wb") as log:
        return subprocess.Popen(
            [spark_home() / "bin" / "spark-class", f"{_CLASSES}.{name}", *arguments],
            env=environment,
            stdout=log,
            stderr=log,
        )


def _processes() -> Iterator[tuple[int, int]]:
    """Every process, and its parent."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                # The name, in brackets, may hold blanks.
                after_name = (entry / "stat").read_text().rpartition(")")[2].split()
                yield int(entry.name), int(after_name[1])


def _command_line(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
