"""From settings to the source: how to reach Encord, and which projects to sync."""

import dataclasses

from pydantic import SecretStr

from connector.config import Settings
from connector.credentials import without_credentials
from connector.errors import ConnectorError, ErrorKind
from connector.load import Share
from connector.source.connection.settings import SourceSettings
from connector.source.listing.projects import checked_project_hash
from connector.source.source import Source

_OF_BOTH = [
    field.name
    for field in dataclasses.fields(SourceSettings)
    if field.name in Settings.model_fields and not field.name.startswith("ssh_key")
]
"""Options that the source takes unchanged."""


def source_settings(settings: Settings) -> SourceSettings:
    """The part of the settings that the source needs; secrets in plain text."""

    def text(secret: SecretStr | None) -> str | None:
        return secret.get_secret_value() if secret else None

    return SourceSettings(
        ssh_key_file=str(settings.ssh_key_file) if settings.ssh_key_file else None,
        ssh_key=text(settings.ssh_key),
        ssh_key_passphrase=text(settings.ssh_key_passphrase),
        **{name: getattr(settings, name) for name in _OF_BOTH},
    )


def require_project_choice(settings: Settings) -> None:
    """Refuse settings that name no project, both some and all, or an invalid project hash, before anything is opened.

    Raises:
        ConnectorError: CONFIGURATION.
    """
    if not settings.all_projects:
        _refuse_title_filters(settings)
    if settings.project and settings.all_projects:
        raise ConnectorError(
            ErrorKind.CONFIGURATION, "Both --project and --all-projects are given.", remedy="Give one."
        )
    if not settings.project and not settings.all_projects:
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            "No project is named.",
            remedy="Give --project HASH (repeatable) or --all-projects.",
        )
    for project_hash in settings.project:
        checked_project_hash(project_hash)


def _refuse_title_filters(settings: Settings) -> None:
    for option in ("project_title", "project_title_like"):
        if (title := getattr(settings, option)) is not None:
            flag = f"--{option.replace('_', '-')}"
            raise ConnectorError(
                ErrorKind.CONFIGURATION,
                f"{flag} {without_credentials(title)!r} was given without --all-projects, among which it chooses.",
                remedy=f"Give --all-projects with it, or leave {flag} out.",
            )


def share_of(settings: Settings) -> Share:
    """The share of a project that a sync is about.

    Raises:
        ConnectorError: CONFIGURATION, if it is none, or is not of one project.
    """
    share = Share.of(settings.shard)
    if not share.is_whole and len(set(settings.project)) != 1:
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"--shard {share} is a share of one project, and the run names {len(set(settings.project)) or 'none'}.",
            remedy="Give one --project HASH with it; `encord-sync plan` prints the commands of many.",
        )
    return share


def project_hashes(source: Source, settings: Settings) -> list[str]:
    """The hashes of the projects that the settings name, each once.

    Raises:
        ConnectorError: what listing the projects may raise.
    """
    if settings.project:
        return list(dict.fromkeys(settings.project))
    found = source.list_projects(title_eq=settings.project_title, title_like=settings.project_title_like)
    return [project.project_hash for project in found]
