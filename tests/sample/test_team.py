"""The team of the sample goes on working, piece by piece, as a real one does."""

from connector.sample import (
    NOT_OPENED,
    PASTURE_PROJECT_HASH,
    SampleProject,
    Team,
    add_pasture_project,
    build_sample_world,
)
from connector.sample.farm.team import EVENING, MORNING

TURNS = 40


def _worked() -> tuple[list[str], list[SampleProject]]:
    world = build_sample_world("small", seed=7)
    add_pasture_project(world)
    projects = [world.projects[world.project_hash], world.projects[PASTURE_PROJECT_HASH]]
    teams = [Team(projects[0]), Team(projects[1], NOT_OPENED)]
    said = []
    for _ in range(TURNS):
        for team in teams:
            before = world.clock.now
            said += team.go_on()
            assert world.clock.now > before
    return said, projects


def test_all_kinds_of_work_occur_and_go_on() -> None:
    said, projects = _worked()
    for words in (
        "was added",
        "drew",
        "moved the box",
        "made a calf",
        "corrected the coat",
        "deleted a cow",
        "with a comment",
    ):
        assert sum(words in sentence for sentence in said) >= 2, words
    assert sum("last annotator" in sentence for sentence in said) == 1
    for project in projects:
        assert len({row.metadata["data_title"] for row in project.rows.values() if row.branch_name == "main"}) == sum(
            row.branch_name == "main" for row in project.rows.values()
        )
        assert {action["actionType"] for action in project.task_actions} >= {"assign", "submit", "approve", "reject"}
        resolved = [issue for issue in project.issues if issue["resolutionHistory"]]
        assert resolved
        assert all(len(issue["comments"]) >= 2 for issue in resolved)
    assert said == _worked()[0]


def test_nobody_works_at_night_or_on_sundays() -> None:
    _, projects = _worked()
    acted = [action["timestamp"] for project in projects for action in project.task_actions]
    begun = [moment for moment in acted if moment > "2025-03-03T08"]
    assert max(begun) > "2025-03-05"
    assert not [moment for moment in begun if "2025-03-08" <= moment < "2025-03-10"]
    hours = {int(moment[11:13]) for moment in begun}
    assert min(hours) >= MORNING.hour
    assert max(hours) <= EVENING.hour + 1


def test_open_tasks_have_priorities_and_people() -> None:
    for project in (world := build_sample_world("small", seed=7)).projects.values():
        rows = [row.metadata for row in project.rows.values() if row.branch_name == "main"]
        assert len({row["priority"] for row in rows}) >= 3
        assert len({row["assigned_user_email"] for row in rows}) >= 4
    assert len(world.projects) == 1
