"""`encord-sync plan`, and the recipes of examples/workers: what they start, and what several workers at once bring."""

import ast
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import strictyaml

from connector.load import Share
from connector.sample import SampleServer
from tests.crash.crashed_warehouse import CrashedWarehouse, differences
from tests.crash.lake_engine import LakeEngine
from tests.crash.scenes import COW, ROWS, UNOPENED, gate_world
from tests.docs.test_command_lines import refusal
from tests.source.world import PROJECT_HASH
from tests.sync.command_line import CommandLine

RECIPES = Path(__file__).parent.parent.parent / "examples" / "workers"
LISTED = ROWS + UNOPENED


@pytest.fixture
def command(tmp_path: Path) -> Iterator[CommandLine]:
    """A server of a few images, and a configuration file that names key and server."""
    with SampleServer(gate_world()) as server:
        line = CommandLine(server, tmp_path)
        settings = {"ssh_key_file": "key", "domain": server.domain, "retry_attempts": 1, "all_projects": True}
        text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items())
        (tmp_path / "settings of ours.toml").write_text(text)
        line.environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        yield line


def planned(command: CommandLine, *arguments: str) -> Any:  # noqa: ANN401 - JSON
    done = command.run("plan", "--config", "settings of ours.toml", "--format", "json", *arguments)
    assert done.exit_code == 0, done.err
    return json.loads(done.out)


def test_a_plan_names_the_commands_of_all_workers_and_reads_no_label(command: CommandLine) -> None:
    command.server.requests.clear()
    (project,) = planned(command, "--label-rows-per-shard", "4")["projects"]
    assert command.server.requests.label_hashes() == []
    assert list(command.folder.glob("*.duckdb*")) == []
    commands = project.pop("commands")
    assert project == {
        "project_hash": PROJECT_HASH,
        "title": "Gate camera",
        "label_rows": LISTED,
        "opened": ROWS,
        "label_bytes": ROWS * (2_000 + 1_000),
        "shards": 3,
    }
    for number, arguments in enumerate(commands, 1):
        of_project = ["--project", PROJECT_HASH, "--shard", str(Share(number, 3))]
        assert arguments == ["sync", "--config", "settings of ours.toml", *of_project]
        assert refusal(arguments) is None


def test_a_plan_as_text_is_one_command_a_line_as_a_shell_takes_it(command: CommandLine) -> None:
    arguments = ("plan", "--config", "settings of ours.toml", "--domain", command.server.domain)
    done = command.run(*arguments, "--label-rows-per-shard", str(LISTED))
    (line,) = done.out.splitlines()
    of_project = ["--domain", command.server.domain, "--project", PROJECT_HASH]
    assert shlex.split(line) == ["encord-sync", "sync", "--config", "settings of ours.toml", *of_project]
    assert len(command.run(*arguments, "--label-rows-per-shard", "6").out.splitlines()) == 2


def test_a_plan_of_a_project_that_cannot_be_listed_is_none(command: CommandLine) -> None:
    done = command.run("plan", "--config", "settings of ours.toml", "--project", PROJECT_HASH.replace("0f", "1f"))
    assert done.exit_code == 3
    assert done.out == ""


@pytest.mark.slow
def test_the_script_runs_all_workers_at_once_and_again(command: CommandLine, lake_engine: LakeEngine) -> None:
    lake = CrashedWarehouse(command.server, lake_engine, lake_engine.absent())
    for _ in range(2):
        started(command, lake, "--label-rows-per-shard", "4")
        assert lake.damage() == []
        assert differences(lake.contents(), lake.clean_contents()) == []
        lake.project.archive_feature(COW)
    receipts = lake.rows("SELECT shard, sum(listed), sum(loaded) FROM sync_run_project GROUP BY 1 ORDER BY 1")
    assert [shard for shard, _, _ in receipts] == ["1/3", "2/3", "3/3"]
    assert sum(listed for _, listed, _ in receipts) == 2 * LISTED
    assert sum(loaded for *_, loaded in receipts) == 2 * ROWS
    lake.server.world.projects.clear()
    failed = started(command, lake, "--project", PROJECT_HASH, is_well=False)
    assert failed.returncode


def started(
    command: CommandLine, lake: CrashedWarehouse, *arguments: str, is_well: bool = True
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        ["sh", str(RECIPES / "workers.sh"), "--config", "settings of ours.toml", *arguments],
        cwd=command.folder,
        env={**os.environ, **command.environment, "ENCORD_SYNC_WAREHOUSE": lake.url, "JOBS": "3"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode == 0) is is_well, done.stderr
    return done


def test_the_job_gives_each_index_its_shard(tmp_path: Path) -> None:
    job = strictyaml.load((RECIPES / "kubernetes-job.yaml").read_text(encoding="utf-8")).data
    assert (job["apiVersion"], job["kind"]) == ("batch/v1", "Job")
    spec = job["spec"]
    pod = spec["template"]["spec"]
    (container,) = pod["containers"]
    environment = {each["name"]: each.get("value") for each in container["env"]}
    assert (spec["completionMode"], pod["restartPolicy"]) == ("Indexed", "Never")
    assert spec["completions"] == spec["parallelism"] == environment["SHARDS"]
    (tmp_path / "encord-sync").write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
    (tmp_path / "encord-sync").chmod(0o755)
    for index in range(int(spec["completions"])):
        variables = {name: value or "" for name, value in environment.items()}
        variables |= {"JOB_COMPLETION_INDEX": str(index), "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run(container["command"], env=variables, capture_output=True, text=True, check=True)
        arguments = done.stdout.splitlines()
        assert refusal(arguments) is None
        assert Share.of(arguments[-1]) == Share(index + 1, int(spec["completions"]))
    assert {each["name"] for each in container["volumeMounts"]} == {each["name"] for each in pod["volumes"]}


@pytest.mark.parametrize("recipe", sorted(RECIPES.glob("*.py")), ids=lambda path: path.stem)
def test_the_recipes_in_python_start_commands_that_there_are(recipe: Path) -> None:
    tree = ast.parse(recipe.read_text(encoding="utf-8"))
    lists = [node.elts for node in ast.walk(tree) if isinstance(node, ast.List) and node.elts]
    calls = [[each.value if isinstance(each, ast.Constant) else each for each in elements] for elements in lists]
    calls = [words for command, *words in calls if command == "encord-sync"]
    assert any(isinstance(words[-1], ast.Starred) for words in calls)
    of_plan = [words for words in calls if not isinstance(words[-1], ast.Starred)]
    assert len(of_plan) == (recipe.stem == "airflow_dag")
    for words in of_plan:
        assert refusal([word if isinstance(word, str) else "a name" for word in words]) is None
