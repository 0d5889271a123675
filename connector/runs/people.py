"""How a run keeps people's addresses: the key of their pseudonyms, and what it does about those stored before."""

from contextlib import ExitStack
from functools import partial

from connector.config import ENVIRONMENT_PREFIX, Settings
from connector.errors import ConnectorError, ErrorKind
from connector.load import WHOLE, Share, Warehouse
from connector.load.contract.pseudonyms import CLEAR, Pseudonyms, mixed_with
from connector.load.sync_locks import SyncLocks
from connector.runs.patience import Patience
from connector.runs.report import Report
from connector.text_files import mode_for_others, read_text

FEWEST_CHARACTERS = 32
"""A shorter key could be found by trial: the warehouse has its check value, and addresses can be guessed."""
_MAKE_A_KEY = "Make one with `openssl rand -hex 32 > pseudonym.key`, keep a copy, and let nobody else read it."


def pseudonyms_of(settings: Settings) -> Pseudonyms:
    """What stands in place of addresses in a run with these settings.

    Raises:
        ConnectorError: CONFIGURATION, if pseudonyms are asked for and there is no key, or none of use; the message
            holds no text of it.
    """
    if not settings.pseudonymise_emails:
        return CLEAR
    if settings.pseudonym_key_file is not None:
        key = read_text(settings.pseudonym_key_file, "The pseudonym key file").strip()
    elif settings.pseudonym_key is not None:
        key = settings.pseudonym_key.get_secret_value().strip()
    else:
        variable = f"{ENVIRONMENT_PREFIX}PSEUDONYM_KEY"
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            "--pseudonymise-emails was given without a key.",
            remedy=f"Name its file with --pseudonym-key-file, or set {variable}. {_MAKE_A_KEY}",
        )
    if len(key) < FEWEST_CHARACTERS:
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"The pseudonym key has fewer than {FEWEST_CHARACTERS} characters.",
            remedy=_MAKE_A_KEY,
        )
    return Pseudonyms(key.encode())


def warn_of_open_key(settings: Settings, report: Report) -> None:
    """Warns of a pseudonym key file that other users of this machine can read."""
    path = settings.pseudonym_key_file
    if settings.pseudonymise_emails and path is not None and (mode := mode_for_others(path)):
        text = f"The pseudonym key file {path} can be read by other users (mode {mode}). Run chmod 600 on it."
        report.event("key_file_readable", text, level="warning")


def keep_people(
    warehouse: Warehouse,
    pseudonyms: Pseudonyms,
    locks: SyncLocks,
    patience: Patience,
    report: Report,
    share: Share = WHOLE,
) -> None:
    """Has a warehouse write pseudonyms from now on, and replaces the addresses that it holds, project by project.

    A warehouse never holds both, nor pseudonyms of two keys. If this is interrupted, the next run replaces those of the
    projects that are left.

    Raises:
        ConnectorError: CONFIGURATION, if it has pseudonyms and the run has none, or those of another key, or the run is
            of a share; LOCKED, if a sync works on one of the projects, and does not end in time.
    """
    checks = warehouse.pseudonym_checks()
    for stored in checks.values():
        if stored is not None and stored != pseudonyms.check:
            raise mixed_with(stored, pseudonyms.check)
    warehouse.pseudonyms = pseudonyms
    clear = [project_hash for project_hash, stored in checks.items() if stored is None]
    if pseudonyms.check is None or not clear:
        return
    if not share.is_whole:
        raise mixed_with(None, pseudonyms.check)
    replaced = 0
    for project_hash in sorted(clear):
        with ExitStack() as held:
            patience.until_free(partial(_enter, held, locks, project_hash))
            replaced += warehouse.pseudonymise(project_hash)
    text = (
        f"E-mail addresses stored before were replaced by pseudonyms: {replaced:,} values, projects: {len(clear)}."
        " Older copies, backups and published files still hold them."
    )
    report.event("people_pseudonymised", text, level="warning", projects=len(clear), replaced=replaced)


def _enter(held: ExitStack, locks: SyncLocks, project_hash: str) -> None:
    held.enter_context(locks.project(project_hash))
