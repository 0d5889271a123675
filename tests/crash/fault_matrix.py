"""Everything that can go wrong between a sync and Encord, how each must end, and what a mix of it leads to."""

import datetime
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connector.errors import ExitCode
from connector.sample import (
    EMPTY_LISTING,
    HALF_LISTING,
    INVALID_JSON,
    KEY_REVOKED,
    NOT_AUTHORISED,
    RATE_LIMIT_IN_ENVELOPE,
    RESET_BEFORE_ANSWER,
    RESET_IN_BODY,
    TRUNCATED_BODY,
    DoubleElement,
    DropElement,
    EditElement,
    Fault,
    FaultAction,
    Hook,
    HttpStatus,
    SampleProject,
    slow_drip,
    with_value,
    without_key,
)
from tests.crash.crashed_warehouse import Contents, CrashedWarehouse, differences
from tests.crash.engines import Engine
from tests.crash.scenes import BOX, COW, Scene
from tests.crash.scenes import scene as make_scene
from tests.source.world import label_hash_of

EDITED, DELETED, UNTOUCHED = label_hash_of(0), label_hash_of(6), label_hash_of(8)
"""Label rows of scene `edited`: one to fetch, one gone from the listing, one that has not moved."""

_DOWN = {
    "429": HttpStatus(429),
    "429 for an hour": HttpStatus(429, retry_after=3600),
    "429 until a date": HttpStatus(429, retry_after="Wed, 21 Oct 2099 07:28:00 GMT"),
    "429 in an envelope": RATE_LIMIT_IN_ENVELOPE,
    "500": HttpStatus(500),
    "502 of a proxy": HttpStatus(502, is_html=True),
    "503": HttpStatus(503),
    "504": HttpStatus(504, is_html=True),
    "reset before the answer": RESET_BEFORE_ANSWER,
    "reset in the body": RESET_IN_BODY,
    "cut short": TRUNCATED_BODY,
    "invalid JSON": INVALID_JSON,
}
_LOCKED_OUT = {"key revoked": KEY_REVOKED, "not authorised": NOT_AUTHORISED}
_BAD_LABELS = {
    "label row missing": DropElement(),
    "label row malformed": without_key("data_units"),
    "label row no object": EditElement(lambda _: 17),
}
_BAD_ENTRIES = {
    "entry malformed": without_key("data_type"),
    "entry no object": EditElement(lambda _: "?"),
    "entry without a time": with_value("last_edited_at", "yesterday"),
}


@dataclass(frozen=True)
class Case:
    """One fault alone.

    Attributes:
        action: what goes wrong.
        kind: the kind of request that it hits, every time.
        exit_code: what the run must end with.
        label_hash: the label row that it hits; None hits whole answers.
        skip: requests of the kind that pass before it begins.
        tombstones: how many label rows the run may mark deleted: the two that are really gone, or none.
    """

    action: FaultAction
    kind: str
    exit_code: ExitCode
    label_hash: str | None = None
    skip: int = 0
    tombstones: int = 0

    def fault(self) -> Fault:
        """The fault, ready to strike."""
        return Fault(self.action, kind=self.kind, times=None, label_hash=self.label_hash, skip=self.skip)


def _cases() -> dict[str, Case]:
    cases: dict[str, Case] = {}
    for kind in ("project", "ontology", "listing", "label_rows"):
        cases |= {f"{name}, {kind}": Case(action, kind, ExitCode.SOURCE_UNREACHABLE) for name, action in _DOWN.items()}
        cases |= {
            f"{name}, {kind}": Case(action, kind, ExitCode.AUTHENTICATION) for name, action in _LOCKED_OUT.items()
        }
    # What came through once is taken for an outage of a part: the run goes on, and names what failed.
    cases |= {
        "key revoked half-way": Case(KEY_REVOKED, "label_rows", ExitCode.AUTHENTICATION, skip=1),
        "503 half-way": Case(HttpStatus(503), "label_rows", ExitCode.PARTIAL, skip=1, tombstones=2),
        "reset in the body half-way": Case(RESET_IN_BODY, "label_rows", ExitCode.PARTIAL, skip=1, tombstones=2),
    }
    for name, action in _BAD_LABELS.items():
        cases[name] = Case(action, "label_rows", ExitCode.PARTIAL, EDITED, tombstones=2)
    for name, action in _BAD_ENTRIES.items():
        cases[name] = Case(action, "listing", ExitCode.PARTIAL, UNTOUCHED)
    cases |= {
        "label row doubled": Case(DoubleElement(), "label_rows", ExitCode.OK, EDITED, tombstones=2),
        "entry doubled": Case(DoubleElement(), "listing", ExitCode.OK, EDITED, tombstones=2),
        "listing empty": Case(EMPTY_LISTING, "listing", ExitCode.PARTIAL),
        "listing half": Case(HALF_LISTING, "listing", ExitCode.PARTIAL),
        "slow drip": Case(slow_drip(0.3), "label_rows", ExitCode.OK, tombstones=2),
    }
    return cases


CASES = _cases()
_ENDS = {case.exit_code for case in CASES.values()}


def suffered(scene: Scene, case: Case) -> None:
    """One run under the fault, which must end as it should, and one without, which must make all well."""
    warehouse = scene.warehouse()
    fault = scene.server.faults.add(case.fault())
    outcome = warehouse.sync(bundle_rows=3, requests_in_flight=1)
    scene.server.faults.clear()
    assert fault.hits, "the fault never struck"
    assert outcome.exit_code == case.exit_code, outcome.run.message
    assert outcome.receipt.tombstoned == case.tombstones
    assert_heals(warehouse, scene.after)
    warehouse.remove()


def assert_heals(warehouse: CrashedWarehouse, after: Contents, **options: Any) -> None:  # noqa: ANN401 - any option
    """Nothing is half there; one undisturbed run succeeds, and the warehouse is then what a clean sync makes."""
    assert not warehouse.damage()
    healed = warehouse.sync(**options)
    assert healed.exit_code == ExitCode.OK, healed.run.message
    with warehouse.looked_into():
        found = [*warehouse.damage(), *differences(warehouse.contents(), after)]
        assert not found, "\n".join(found[:20])
        assert warehouse.value("SELECT count(*) FROM sync_failure") == 0


EDITS_MEANWHILE: dict[str, Callable[[SampleProject], object]] = {
    "row edited": lambda project: project.move_box(EDITED, BOX),
    "other row edited": lambda project: project.move_box(UNTOUCHED, BOX),
    "row deleted": lambda project: project.delete_label_row(EDITED),
    "class archived": lambda project: project.archive_feature(COW),
    "attribute added": lambda project: project.add_attribute(COW, "Weight", "numeric"),
    "edited by a clock ten years ahead": lambda project: (
        project.clock.advance(datetime.timedelta(days=3652)),
        project.move_box(EDITED, BOX),
    ),
}
"""What people do in Encord between the listing and the fetch of a sync."""


def edited_meanwhile(engine: Engine, name: str) -> None:
    """One run during which somebody edits in Encord; the next one must make all well."""
    with make_scene("edited", engine) as made:
        warehouse = made.warehouse()
        edit = EDITS_MEANWHILE[name]
        made.server.faults.add(Fault(Hook(lambda: edit(warehouse.project)), kind="label_rows"))
        assert warehouse.sync(bundle_rows=3, requests_in_flight=1).exit_code in {0, 7}
        made.server.faults.clear()
        assert_heals(warehouse, warehouse.clean_contents())
        warehouse.remove()


def random_history(engine: Engine, seed: object, runs: int = 4) -> int:
    """Runs under faults that chance mixes, with edits meanwhile; then all must heal. Says how many faults struck."""
    chance = random.Random(f"fault matrix {seed}")
    struck = 0
    with make_scene("edited", engine) as made:
        assert made.before is not None
        warehouse, project = made.before, made.before.project
        for _ in range(runs):
            faults = [case.fault() for case in chance.choices(list(CASES.values()), k=chance.randint(1, 3))]
            for fault in faults:
                fault.times, fault.skip = chance.choice([1, 1, 2, None]), chance.choice([0, 0, 1, 2])
                made.server.faults.add(fault)
            if chance.random() < 0.5:
                made.server.faults.add(Fault(Hook(lambda: project.move_box(UNTOUCHED, BOX)), kind="label_rows"))
            outcome = warehouse.sync(bundle_rows=chance.choice([2, 3, 500]), requests_in_flight=chance.choice([1, 3]))
            made.server.faults.clear()
            struck += sum(fault.hits for fault in faults)
            assert outcome.exit_code in _ENDS, outcome.run.message
            assert outcome.exit_code == ExitCode.OK or outcome.run.outcome in {"failed", "partial"}
            assert not warehouse.damage()
            project.move_box(chance.choice([UNTOUCHED, label_hash_of(2), label_hash_of(3)]), BOX)
        assert_heals(warehouse, warehouse.clean_contents())
    return struck
