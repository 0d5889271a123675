"""Command-line options, made from the one declaration of each option in `Settings`."""

import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin

import click
from pydantic.fields import FieldInfo

from connector.config import ENVIRONMENT_PREFIX, OPTIONS, Settings, is_text, load_settings
from connector.errors import ConnectorError, ErrorKind
from connector.runs.printing import LogLine
from connector.runs.report import JsonReport, Level, Report, TextReport

Command = TypeVar("Command", bound=Callable[..., Any])


def _field(option: str) -> FieldInfo:
    return Settings.model_fields[OPTIONS[option]]


def has_flag(option: str) -> bool:
    """Whether an option may be given on the command line; secrets may not."""
    extra = _field(option).json_schema_extra
    return not (isinstance(extra, dict) and extra.get("flag") is False)


KEY_OPTIONS = ("ssh_key_file", "domain")
PROJECT_OPTIONS = ("project", "all_projects", "project_title", "project_title_like")
WAREHOUSE_OPTIONS = ("warehouse", "schema")
WAIT_OPTIONS = ("wait",)
PUBLISH_OPTIONS = ("publish", "publish_format", "publish_views", "publish_keep")
PEOPLE_OPTIONS = ("pseudonymise_emails", "pseudonym_key_file")
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
    """Give a command the named options, and --config; it gets what the user gave as keyword arguments."""

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
        # Settings checks values once, wherever they come from: click only takes the text.
        arguments.update(type=str, metavar=_metavar(option))
    return click.option(flag, option, **arguments)


def default_text(option: str) -> str:
    """The option's default as a user would write it; empty if there is none worth showing."""
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
"""The last word of an option → what it takes."""


def _metavar(option: str) -> str:
    last = option.rpartition("_")[2]
    if last in _METAVARS:
        return _METAVARS[last]
    return "NAME" if option == "schema" else "TEXT" if option.startswith("project") else "N"


def as_of_option(command: Command) -> Command:
    """Give a command --as-of."""
    text = "Labels as they were then: a time, such as 2026-11-01T00:00Z, or the name of a mark. Default: now."
    return click.option("--as-of", metavar="MOMENT", help=text)(command)


def settings_of(config: Path | None, flags: dict[str, Any]) -> Settings:
    """The settings of a command: the flags that the user gave, the environment, and the file.

    Raises:
        ConnectorError: CONFIGURATION, see `load_settings`.
    """
    return load_settings(given(flags), os.environ, config)


def given(flags: dict[str, Any]) -> dict[str, Any]:
    """Only the flags that the user gave."""
    return {
        name: value
        for name, value in flags.items()
        # A flag that was not given is false too, unless it is on by default.
        if value not in (None, ()) and (value is not False or _field(name).default is True)
    }


def require_text(arguments: Sequence[str]) -> None:
    """Refuse a command line that is not text in the encoding of this system.

    Raises:
        ConnectorError: CONFIGURATION; names the option that is not text.
    """
    option = ""
    for argument in arguments:
        if argument.startswith("--"):
            option = argument.partition("=")[0]
        if not is_text(argument):
            raise ConnectorError(
                ErrorKind.CONFIGURATION,
                f"What stands at {option or 'the command'} is not text in {sys.getfilesystemencoding()}: '{argument}'.",
                remedy="Give it in that encoding, or set LC_ALL to one that it is in; rename a file of such a name.",
            )


def report_for(settings: Settings, *, is_output_taken: bool = False) -> Report:
    """The report that the settings ask for: lines of text on standard error, or JSON lines on standard output.

    Args:
        settings: of the command.
        is_output_taken: whether standard output carries something else; then JSON lines go to standard error.
    """
    if settings.debug:
        # The SDK logs the beginning of each request's body, which holds no key, signature or answer.
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(LogLine("%(asctime)s %(name)s %(message)s"))
        logging.basicConfig(level=logging.INFO, handlers=[handler])
    threshold: Level = "error" if settings.quiet else "debug" if settings.verbose or settings.debug else "info"
    if settings.log_format == "text":
        return TextReport(threshold=threshold)
    return JsonReport(threshold=threshold, stream=sys.stderr if is_output_taken else sys.stdout)
