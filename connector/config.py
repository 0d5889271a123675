"""Settings: one frozen object from flags > environment > TOML file; declares and documents every option, once.

An option `bundle_rows` is the flag `--bundle-rows`, the environment variable `ENCORD_SYNC_BUNDLE_ROWS` and the TOML key
`bundle_rows`. Secrets have no flag: a command line is visible to every process of the machine.
"""

import difflib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from connector.credentials import without_credentials
from connector.errors import ConnectorError, ErrorKind
from connector.option_file import read_option_file

ENVIRONMENT_PREFIX = "ENCORD_SYNC_"
DEFAULT_WAREHOUSE = "duckdb:///labels.duckdb"
EUROPE = "https://api.encord.com"
UNITED_STATES = "https://api.us.encord.com"

SDK_ENVIRONMENT = {"ENCORD_SSH_KEY_FILE": "ssh_key_file", "ENCORD_SSH_KEY": "ssh_key"}
"""The SDK's own variables → option, so that a machine set up for its scripts needs nothing new. The first one wins."""
_KEY_OPTIONS = ("ssh_key_file", "ssh_key")
_PSEUDONYM_KEYS = ("pseudonym_key_file", "pseudonym_key")
_SAY_THE_SAME = (
    (_KEY_OPTIONS, _KEY_OPTIONS),
    (_PSEUDONYM_KEYS, _PSEUDONYM_KEYS),
    (("project",), ("all_projects", "project_title", "project_title_like")),
)
"""Options of one level → options of lower levels that these hide: they answer the same question in another way."""
_ALIKE = 0.7
"""How similar two names must be, from 0 to 1, for one to count as a misspelling of the other, such as PROJECT_HASH of
PROJECT."""


def _secret(description: str) -> Any:  # noqa: ANN401 - pydantic types the default of a field as Any
    return Field(default=None, description=description, json_schema_extra={"flag": False})


class Settings(BaseModel):
    """Everything a run needs to know. Immutable; the description of each option is its only documentation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ssh_key_file: Path | None = Field(default=None, description="File with the private Ed25519 SSH key.")
    ssh_key: SecretStr | None = _secret("Text of the private key, where there is no file.")
    ssh_key_passphrase: SecretStr | None = _secret("Passphrase of the private key, if it has one.")
    domain: str = Field(default=EUROPE, description=f"Encord's API; the United States region is {UNITED_STATES}.")
    project: tuple[str, ...] = Field(default=(), description="Hash of a project to sync; may be given several times.")
    all_projects: bool = Field(default=False, description="Sync every project that the key can read.")
    project_title: str | None = Field(
        default=None, min_length=1, description="With --all-projects: only projects of this title."
    )
    project_title_like: str | None = Field(
        default=None,
        min_length=1,
        description="With --all-projects: only projects whose title matches; SQL LIKE, % and _.",
    )
    shard: str | None = Field(
        default=None,
        description="Sync only the first, second, … of N shards of one project, into a lake: 1/N, 2/N, … N/N.",
    )
    warehouse: str = Field(
        default=DEFAULT_WAREHOUSE,
        repr=False,
        description="duckdb:///relative.duckdb, duckdb:////absolute/file.duckdb, or"
        " postgresql+psycopg://user@host:port/database (PostgreSQL 14 to 18), or iceberg://CATALOG/NAMESPACE.",
    )
    db_schema: str | None = Field(
        default=None,
        alias="schema",
        description="Schema for tables and views; default main on DuckDB, encord on PostgreSQL.",
    )
    wait: float = Field(
        default=0.0, ge=0, description="Longest wait, seconds, for another process that holds the warehouse; 0: none."
    )
    publish: Path | None = Field(
        default=None,
        description="Where to put a copy for readers (DuckDB warehouses): a file, such as labels.duckdb, or a folder.",
    )
    publish_format: tuple[Literal["duckdb", "parquet"], ...] = Field(
        default=("duckdb",), min_length=1, description="What to publish; may be given several times."
    )
    publish_views: bool = Field(
        default=False,
        description="Parquet: also files of label_on_frame and object_on_frame, several times as large as the rest.",
    )
    publish_keep: int = Field(
        default=0, ge=0, description="How many older published copies stay; of Parquet always at least one."
    )
    full: bool = Field(default=False, description="Fetch every label row again, whatever its time stamps say.")
    allow_deletes: bool = Field(
        default=False, description="Accept that more label rows are gone than --max-delete-share allows."
    )
    max_delete_share: float = Field(
        default=0.2, ge=0, le=1, description="Share of a project's label rows that may vanish without --allow-deletes."
    )
    history: Literal["on", "off"] = Field(
        default="on", description="Whether to keep what a sync replaces, so that labels can be seen as of any moment."
    )
    history_keep: int = Field(
        default=0, ge=0, description="Days of history to keep, but for moments with a name; 0: all of it."
    )
    migrate: bool = Field(default=False, description="Bring a warehouse of an older release up to date first.")
    include_client_metadata: bool = Field(
        default=False, description="Also list each data unit's client metadata (a larger listing)."
    )
    consensus_tasks: bool = Field(
        default=True, description="Keep whose branch is whose, from the tasks of consensus stages."
    )
    streams: tuple[Literal["task_actions", "time_spent", "issues", "project_users", "editor_logs"], ...] = Field(
        default=("task_actions", "time_spent", "project_users"),
        description="What to keep of the work beside the labels; may be given several times.",
    )
    task_actions: bool = Field(
        default=True, description="Keep who did what with tasks, and when; off takes it out of --streams."
    )
    pseudonymise_emails: bool = Field(
        default=False, description="Store a pseudonym (keyed hash) in place of each person's e-mail address."
    )
    pseudonym_key_file: Path | None = Field(
        default=None, description="File with the key of the pseudonyms: 32 characters or more, the same in every run."
    )
    pseudonym_key: SecretStr | None = _secret("Text of the key of the pseudonyms, where there is no file.")
    bundle_rows: int = Field(default=500, ge=1, le=1000, description="Most label rows asked for in one request.")
    bundle_bytes: int = Field(
        default=8_000_000, ge=1, description="Bytes of labels that one request should bring, about."
    )
    requests_in_flight: int = Field(default=3, ge=1, le=32, description="Requests for labels under way at once.")
    processes: int = Field(
        default=4,
        ge=1,
        le=64,
        description="Most processes that read label rows, this one included, where there is enough to read; never more"
        " than there are processors. 1: everything in one.",
    )
    retry_attempts: int = Field(default=6, ge=1, description="Attempts at a request before it counts as failed.")
    retry_after_cap_seconds: float = Field(
        default=60.0, ge=0, description="Longest wait that the server may ask for; beyond it the request fails."
    )
    connect_timeout_seconds: int = Field(default=30, ge=1, description="Longest wait for a connection, seconds.")
    read_timeout_seconds: int = Field(default=180, ge=1, description="Longest silence within an answer, seconds.")
    answer_timeout_seconds: int = Field(
        default=900, ge=1, description="Longest time until an answer is there as a whole, seconds."
    )
    max_unpacked_bytes: int = Field(
        default=4_000_000_000,
        ge=1,
        description="Largest listing, answer with label rows, or compressed file to load, in bytes once unpacked.",
    )
    settle_seconds: float = Field(
        default=300.0,
        ge=0,
        description="Label rows fetched this soon after an edit (by Encord's clock) are looked at once more later.",
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="text (lines on standard error), or json (one line per event on standard output)."
    )
    profile: bool = Field(default=False, description="Also tell where the time went, stage by stage.")
    quiet: bool = Field(default=False, description="Print errors only.")
    verbose: bool = Field(default=False, description="Also print waits, retries and each bundle.")
    debug: bool = Field(default=False, description="Also print tracebacks and the SDK's own log.")

    @property
    def shown_warehouse(self) -> str:
        """The warehouse's URL without user, password and settings, for messages."""
        return without_credentials(self.warehouse)

    @property
    def streams_read(self) -> frozenset[str]:
        """The streams that a sync keeps."""
        return frozenset(self.streams) - (frozenset() if self.task_actions else {"task_actions"})

    @field_validator("ssh_key_file", "pseudonym_key_file", "publish", mode="before")
    @classmethod
    def _no_url_is_a_path(cls, value: object) -> object:
        if isinstance(value, str) and _is_url(value):
            raise ValueError("it takes the path of a file or folder, not a URL")
        return value

    @field_validator("project", "publish_format", "streams", mode="before")
    @classmethod
    def _text_is_a_list(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _is_url(text: str) -> bool:
    """Whether a text is a URL, and no path: messages repeat paths."""
    return "://" in text or without_credentials(text) != text


OPTIONS: dict[str, str] = {field.alias or name: name for name, field in Settings.model_fields.items()}
"""Option name, as users write it → field of Settings."""


def load_settings(flags: Mapping[str, Any], environment: Mapping[str, str], config: Path | None = None) -> Settings:
    """Merge flags (only those given), environment and TOML file into Settings.

    Args:
        flags: option name → value, as the command line gave it.
        environment: usually os.environ.
        config: TOML file; without it `ENCORD_SYNC_CONFIG` names one, or there is none.

    Raises:
        ConnectorError: CONFIGURATION, for an unreadable file, an unknown option or a value that does not fit.
    """
    if config is None and environment.get(f"{ENVIRONMENT_PREFIX}CONFIG"):
        config = Path(environment[f"{ENVIRONMENT_PREFIX}CONFIG"])
    levels = [
        ("command line", dict(flags)),
        ("environment", _from_environment(environment)),
        (str(config), _from_file(config) if config else {}),
    ]
    merged: dict[str, Any] = {}
    origin: dict[str, str] = {}
    for name, level in levels:
        hidden = {each for first, others in _SAY_THE_SAME if any(map(merged.__contains__, first)) for each in others}
        for option, value in level.items():
            if option in merged or option in hidden:
                continue
            merged[option], origin[option] = value, name
    _require_text(merged, origin)
    try:
        return Settings.model_validate(merged)
    except ValidationError as error:
        # The library's own text repeats the input, which may be a secret: name the option and its rule only.
        problems = "; ".join(
            f"{(option := str(item['loc'][0]))} ({origin.get(option, 'default')}): {item['msg']}"
            for item in error.errors(include_input=False, include_url=False)
        )
        raise ConnectorError(
            ErrorKind.CONFIGURATION, f"Settings cannot be used: {problems}.", remedy="See `encord-sync sync --help`."
        ) from None


def _require_text(values: Mapping[str, Any], origin: Mapping[str, str]) -> None:
    """Refuse bytes that are not text, which a shell or an environment can carry.

    Raises:
        ConnectorError: CONFIGURATION; names the option, and not the value, which may be a secret.
    """
    for option, value in values.items():
        for text in value if isinstance(value, tuple | list) else [value]:
            if isinstance(text, str) and not is_text(text):
                raise ConnectorError(
                    ErrorKind.CONFIGURATION,
                    f"{option} ({origin[option]}) is not text in {sys.getfilesystemencoding()}.",
                    remedy="Give it in that encoding, or set LC_ALL to one that it is in.",
                )


def is_text(value: str) -> bool:
    """Whether all bytes from a shell or an environment were text; Python keeps other bytes as lone surrogates."""
    return value.encode("utf-8", "replace").decode() == value


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    _refuse_misspelt(environment)
    values: dict[str, Any] = {
        option: environment[f"{ENVIRONMENT_PREFIX}{option.upper()}"]
        for option in OPTIONS
        if environment.get(f"{ENVIRONMENT_PREFIX}{option.upper()}")
    }
    if not any(option in values for option in _KEY_OPTIONS):
        values.update(
            {option: environment[variable] for variable, option in SDK_ENVIRONMENT.items() if environment.get(variable)}
        )
    return values


def _refuse_misspelt(environment: Mapping[str, str]) -> None:
    """Refuses a variable whose name is close to one of ours: its value would be ignored silently.

    Other variables with the prefix are left alone: a container platform sets some for a service called encord-sync.

    Raises:
        ConnectorError: CONFIGURATION.
    """
    known = [option.upper() for option in ("config", *OPTIONS)]
    for variable in sorted(name for name in environment if name.startswith(ENVIRONMENT_PREFIX) and environment[name]):
        name = variable.removeprefix(ENVIRONMENT_PREFIX)
        if name not in known and (close := difflib.get_close_matches(name, known, n=1, cutoff=_ALIKE)):
            raise ConnectorError(
                ErrorKind.CONFIGURATION,
                f"The environment variable {variable} is none of encord-sync.",
                remedy=f"Did you mean {ENVIRONMENT_PREFIX}{close[0]}?",
            )


def _from_file(path: Path) -> dict[str, Any]:
    values = read_option_file(path, OPTIONS)
    for option in ("ssh_key_file", "pseudonym_key_file", "publish"):
        if option in values and not _is_url(str(values[option])):
            # A scheduled job starts in a folder of its own, so a path in a file is relative to that file.
            values[option] = str(path.expanduser().parent / Path(str(values[option])).expanduser())
    return values
