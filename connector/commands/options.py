"""Command-line options, made from the one declaration of each option in `Settings`."""

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin

import click
from pydantic.fields import FieldInfo

from connector.config import ENVIRONMENT_PREFIX, OPTIONS, Settings
from connector.report import JsonReport, Level, Report, TextReport

Command = TypeVar("Command", bound=Callable[..., Any])


def _field(option: str) -> FieldInfo:
    return Settings.model_fields[OPTIONS[option]]


def has_flag(option: str) -> bool:
    """Whether an option may stand on the command line; secrets may not."""
    extra = _field(option).json_schema_extra
    return not (isinstance(extra, dict) and extra.get("flag") is False)


KEY_OPTIONS = ("ssh_key_file", "domain")
PROJECT_OPTIONS = ("project", "all_projects", "project_title", "project_title_like")
WAREHOUSE_OPTIONS = ("warehouse", "schema")
WAIT_OPTIONS = ("wait",)
PUBLISH_OPTIONS = ("publish", "publish_format", "publish_keep")
OUTPUT_OPTIONS = ("log_format", "quiet", "verbose", "debug")
FETCH_OPTIONS = (
    "include_client_metadata",
    "bundle_rows",
    "bundle_bytes",
    "requests_in_flight",
    "retry_attempts",
    "retry_after_cap_seconds",
    "connect_timeout_seconds",
    "read_timeout_seconds",
    "answer_timeout_seconds",
    "max_unpacked_bytes",
)
SYNC_OPTIONS = tuple(option for option in OPTIONS if has_flag(option))


def with_settings(*options: str) -> Callable[[Command], Command]:
    """Give a command the named options, and --config; it is called with what the user gave, as keyword arguments."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = _click_option(option)(command)
        config = click.option(
            "--config",
            type=click.Path(path_type=Path),
            default=None,
            help=f"TOML file with the same options. [env: {ENVIRONMENT_PREFIX}CONFIG]",
        )
        return config(command)

    return decorate


def _click_option(option: str) -> Callable[[Command], Command]:
    field = _field(option)
    flag = "--" + option.replace("_", "-")
    notes = [f"env: {ENVIRONMENT_PREFIX}{option.upper()}"]
    if default := default_text(option):
        notes.append(f"default: {default}")
    text = f"{field.description} [{'; '.join(notes)}]"
    arguments: dict[str, Any] = {"help": text, "default": None}
    annotation = field.annotation
    if annotation is bool:
        arguments["is_flag"] = True
        if field.default is True:
            flag = f"{flag}/--no-{flag.removeprefix('--')}"
    elif get_origin(annotation) is tuple:
        arguments["multiple"] = True
        words = get_args(annotation)[0]
        if get_origin(words) is Literal:
            arguments["type"] = click.Choice(get_args(words))
        else:
            arguments["metavar"] = "HASH"
    elif get_origin(annotation) not in (None, UnionType):
        arguments["type"] = click.Choice(get_args(annotation))
    else:
        # Values are checked once, by Settings, wherever they come from: click only takes the text.
        arguments.update(type=str, metavar=_metavar(option))
    return click.option(flag, option, **arguments)


def default_text(option: str) -> str:
    """The option's default as a user would write it; empty where there is none to speak of."""
    default = _field(option).default
    if default in (None, False, ()):
        return ""
    return ", ".join(default) if isinstance(default, tuple) else str(default)


_METAVARS = {
    "file": "FILE",
    "domain": "URL",
    "warehouse": "URL",
    "seconds": "SECONDS",
    "wait": "SECONDS",
    "publish": "PATH",
}
"""What the last word of an option takes."""


def _metavar(option: str) -> str:
    last = option.rpartition("_")[2]
    if last in _METAVARS:
        return _METAVARS[last]
    return "NAME" if option == "schema" else "TEXT" if option.startswith("project") else "N"


def given(flags: dict[str, Any]) -> dict[str, Any]:
    """Only the flags that the user gave."""
    return {
        name: value
        for name, value in flags.items()
        # A flag that was not given is false too, unless it is one that switches off.
        if value not in (None, ()) and (value is not False or _field(name).default is True)
    }


def report_for(settings: Settings) -> Report:
    """The report that the settings ask for: text on a terminal, JSON lines elsewhere, unless told otherwise."""
    if settings.debug:
        # The SDK logs the beginning of each request's body; keys, signatures and answers are not in it.
        logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(name)s %(message)s")
    threshold: Level = "error" if settings.quiet else "debug" if settings.verbose or settings.debug else "info"
    is_text = settings.log_format == "text" or (settings.log_format == "auto" and sys.stderr.isatty())
    return TextReport(threshold=threshold) if is_text else JsonReport(threshold=threshold)
