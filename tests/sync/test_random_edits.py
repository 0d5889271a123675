"""Many edits of all kinds in an order that chance decides, with syncs in between: the warehouse follows all of them."""

import datetime
import random
from collections.abc import Callable

from connector.load.tables import LABEL_TABLES
from connector.sample import SampleProject
from tests.sync.conftest import Comparison
from tests.sync.synced_warehouse import ALL_REQUESTS_OF_A_LISTING, SyncedWarehouse

EDITS = 30
Edit = Callable[[SampleProject, random.Random], object]


def some_label_hash(project: SampleProject, chance: random.Random) -> str:
    return chance.choice(sorted(project.label_hashes))


def some_data_hash(project: SampleProject, chance: random.Random) -> str:
    return chance.choice(sorted({data_hash for data_hash, _ in project.rows}))


def some_object(project: SampleProject, chance: random.Random) -> tuple[str, str]:
    """A label row with objects, and one of them."""
    holders = [row for row in project.rows.values() if row.label_hash and row.labels["object_answers"]]
    row = chance.choice(holders)
    return str(row.label_hash), chance.choice(sorted(row.labels["object_answers"]))


def some_class(project: SampleProject, chance: random.Random) -> str:
    return str(chance.choice(project.editor["objects"])["featureNodeHash"])


def some_attribute(project: SampleProject, chance: random.Random) -> str:
    attributes = [attribute for item in project.editor["objects"] for attribute in item["attributes"]]
    return str(chance.choice(attributes)["featureNodeHash"])


def draw_a_box(project: SampleProject, chance: random.Random) -> None:
    videos = [row for row in project.rows.values() if row.label_hash and row.metadata["data_type"] == "VIDEO"]
    box = {name: round(chance.uniform(0.1, 0.4), 4) for name in "xywh"}
    cow = project.class_named("Cow")["featureNodeHash"]
    project.add_object(str(chance.choice(videos).label_hash), cow, {chance.randrange(40): box})


def add_one(project: SampleProject, chance: random.Random) -> None:
    mains = [data_hash for data_hash, branch_name in project.rows if branch_name == "main"]
    project.add_data_unit(chance.choice(mains), f"barn-{chance.getrandbits(20)}.mp4")


def open_one(project: SampleProject, chance: random.Random) -> None:
    closed = [row.data_hash for row in project.rows.values() if not row.label_hash]
    if closed:
        project.open_data_unit(chance.choice(closed))


def add_a_branch(project: SampleProject, chance: random.Random) -> None:
    opened = [row.data_hash for row in project.rows.values() if row.label_hash and row.branch_name == "main"]
    name = f"model-{chance.getrandbits(32):08x}"
    project.add_branch(chance.choice(opened), name, is_copy_of_main=chance.random() < 0.7)


def archive_or_back(project: SampleProject, chance: random.Random) -> None:
    item = chance.choice([*project.editor["objects"], *project.editor["classifications"]])
    (project.unarchive_feature if item["archived"] else project.archive_feature)(item["featureNodeHash"])


def switch_dynamic(project: SampleProject, chance: random.Random) -> None:
    feature_hash = some_attribute(project, chance)
    project.set_dynamic(feature_hash, is_dynamic=not project.node(feature_hash)["dynamic"])


EDITS_BY_WEIGHT: dict[Edit, int] = {
    lambda project, chance: project.delete_object(*some_object(project, chance)): 4,
    lambda project, chance: project.save_labels(some_label_hash(project, chance)): 3,
    draw_a_box: 6,
    open_one: 2,
    add_a_branch: 3,
    lambda project, chance: project.delete_label_row(some_label_hash(project, chance)): 2,
    lambda project, chance: project.delete_data_unit(some_data_hash(project, chance)): 1,
    add_one: 1,
    lambda project, chance: project.rename_feature(some_class(project, chance), f"Class {chance.getrandbits(16)}"): 1,
    lambda project, chance: project.add_attribute(some_class(project, chance), "Seen by", "text"): 1,
    archive_or_back: 3,
    switch_dynamic: 3,
    lambda project, chance: project.set_priority(some_data_hash(project, chance), round(chance.random(), 2)): 1,
    lambda project, chance: project.move_to_stage(some_data_hash(project, chance), "Complete"): 1,
    lambda project, chance: project.set_valid(some_data_hash(project, chance), is_valid=chance.random() < 0.5): 1,
}


def some_edit(project: SampleProject, chance: random.Random) -> None:
    (edit,) = chance.choices(list(EDITS_BY_WEIGHT), list(EDITS_BY_WEIGHT.values()))
    edit(project, chance)


def test_the_warehouse_follows_any_edits(farm: SyncedWarehouse, equals_fresh: Comparison) -> None:
    chance = random.Random(1)
    made = 0
    while made < EDITS:
        # Rows fetched within the settle window of an edit are looked at again once it has passed.
        farm.project.clock.step = datetime.timedelta(seconds=chance.choice([20.25, 431.5]))
        for _ in range(chance.randint(5, 10)):
            some_edit(farm.project, chance)
            made += 1
        outcome = farm.sync(allow_deletes=True, bundle_rows=chance.choice([3, 500]), settle_seconds=300)
        assert outcome.exit_code == 0, outcome.run.message
    last = farm.sync(settle_seconds=300)
    assert last.requests == ALL_REQUESTS_OF_A_LISTING
    assert farm.value("SELECT count(*) FROM label_row WHERE stale_reason IS NOT NULL") == 0
    assert sum(farm.value(f"SELECT count(*) FROM {table}") for table in LABEL_TABLES) > 0
    equals_fresh(farm)
