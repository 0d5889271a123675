"""The fake Encord server and the sample project behind `encord-sync demo`; tests use it as well.

The unmodified Encord SDK talks to it over HTTP, on loopback only, with real signatures. It refuses and records writes,
makes things go wrong on demand, and its projects can be edited between two syncs.

    world = build_sample_world("small", seed=7)
    with SampleServer(world) as server:
        # EncordUserClient.create_with_ssh_private_key(world.private_key, domain=server.domain)
        world.projects[world.project_hash].move_box(label_hash, object_hash)
        server.faults.add(Fault(HttpStatus(503), kind="label_rows", times=2))
"""

from connector.sample.farm.pasture_project import NOT_OPENED, PASTURE_PROJECT_HASH, PASTURE_TITLE, add_pasture_project
from connector.sample.farm.sample_project import build_sample_world
from connector.sample.farm.team import Team
from connector.sample.server.fault_actions import (
    EMPTY_LISTING,
    HALF_LISTING,
    INVALID_JSON,
    KEY_EXPIRED,
    KEY_REVOKED,
    NOT_AUTHORISED,
    NOT_FOUND,
    RATE_LIMIT_IN_ENVELOPE,
    RESET_BEFORE_ANSWER,
    RESET_IN_BODY,
    TRUNCATED_BODY,
    Body,
    Broken,
    DoubleElement,
    DropElement,
    EditElement,
    EditJson,
    FaultAction,
    Hook,
    HttpStatus,
    KeepShare,
    Refusal,
    TooLarge,
    slow_drip,
    with_unknown_shape,
    with_value,
    without_key,
)
from connector.sample.server.faults import Fault, Faults
from connector.sample.server.hostile_answers import Endless, GzipBomb, Redirect
from connector.sample.server.http_answers import Delivery
from connector.sample.server.request_log import RequestLog, RequestRecord
from connector.sample.server.server import SampleServer
from connector.sample.world.editable_project import SampleProject
from connector.sample.world.sample_label_row import SampleLabelRow
from connector.sample.world.world import SampleWorld

__all__ = [
    "EMPTY_LISTING",
    "HALF_LISTING",
    "INVALID_JSON",
    "KEY_EXPIRED",
    "KEY_REVOKED",
    "NOT_AUTHORISED",
    "NOT_FOUND",
    "NOT_OPENED",
    "PASTURE_PROJECT_HASH",
    "PASTURE_TITLE",
    "RATE_LIMIT_IN_ENVELOPE",
    "RESET_BEFORE_ANSWER",
    "RESET_IN_BODY",
    "TRUNCATED_BODY",
    "Body",
    "Broken",
    "Delivery",
    "DoubleElement",
    "DropElement",
    "EditElement",
    "EditJson",
    "Endless",
    "Fault",
    "FaultAction",
    "Faults",
    "GzipBomb",
    "Hook",
    "HttpStatus",
    "KeepShare",
    "Redirect",
    "Refusal",
    "RequestLog",
    "RequestRecord",
    "SampleLabelRow",
    "SampleProject",
    "SampleServer",
    "SampleWorld",
    "Team",
    "TooLarge",
    "add_pasture_project",
    "build_sample_world",
    "slow_drip",
    "with_unknown_shape",
    "with_value",
    "without_key",
]
