"""The only imports of the Encord SDK. Names of its internals, which may move, are here and nowhere else.

(The exception is the one module that `connector.process.sdk_transport` names, so that the command imports it.)

The connector uses the transport of the SDK: configuration and signing, its two API clients, its exceptions. It does not
use the SDK's object model, which is far slower than the download and refuses a whole project for one label row that it
cannot read.
"""

import importlib.metadata
import re

from connector.errors import ConnectorError, ErrorKind

OLDEST_SDK = (0, 1, 211)
"""The oldest release that the tests pass with: older ones cannot load all label rows that the tests compare with."""

sdk_version = importlib.metadata.version("encord")
"""Version of the installed SDK."""


def _release(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


def check_sdk_version(version: str) -> None:
    """Refuse an SDK that is older than the oldest one that this connector was tried with.

    Raises:
        ConnectorError: CONFIGURATION.
    """
    if _release(version) < OLDEST_SDK:
        oldest = ".".join(map(str, OLDEST_SDK))
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"The installed Encord SDK {version} is too old: {oldest} or newer is needed.",
            remedy="Run `pip install --upgrade encord`.",
        )


check_sdk_version(sdk_version)

try:
    from encord.configs import SshConfig as SshConfig
    from encord.constants.string_constants import TYPE_PROJECT as TYPE_PROJECT
    from encord.exceptions import AnswerDictionaryError as AnswerDictionaryError
    from encord.exceptions import AuthenticationError as AuthenticationError
    from encord.exceptions import AuthorisationError as AuthorisationError
    from encord.exceptions import CorruptedLabelError as CorruptedLabelError
    from encord.exceptions import DuplicateSshKeyError as DuplicateSshKeyError
    from encord.exceptions import EncordException as EncordException
    from encord.exceptions import GenericServerError as GenericServerError
    from encord.exceptions import MultiLabelLimitError as MultiLabelLimitError
    from encord.exceptions import OperationNotAllowed as OperationNotAllowed
    from encord.exceptions import PayloadTooLargeError as PayloadTooLargeError
    from encord.exceptions import RateLimitExceededError as RateLimitExceededError
    from encord.exceptions import RequestException as RequestException
    from encord.exceptions import ResourceNotFoundError as ResourceNotFoundError
    from encord.exceptions import SshKeyNotFound as SshKeyNotFound
    from encord.exceptions import UnknownException as UnknownException
    from encord.http.common import RequestContext as RequestContext
    from encord.http.constants import RequestsSettings as RequestsSettings
    from encord.http.querier import Querier as Querier
    from encord.http.v2.api_client import ApiClient as ApiClient
    from encord.orm.base_dto import BaseDTO as BaseDTO
    from encord.orm.base_dto import BaseDTOInterface as BaseDTOInterface
except ImportError as error:
    raise ConnectorError(
        ErrorKind.CONFIGURATION,
        f"The installed Encord SDK {sdk_version} lacks {error.name or 'a module'}, which this release builds on.",
        remedy="Upgrade encord-sync, or install the newest SDK that it was tested with: see its constraints file.",
    ) from error
