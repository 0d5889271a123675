"""Why no answer came at all: certificate, CA bundle, proxy, name or port.

The cause is this machine or its network, and asking again seldom helps. docs/proxies-and-certificates.md says what to
do about each.
"""

import os
import re
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import requests
import urllib3
from urllib3.exceptions import NameResolutionError, NewConnectionError, ProxySchemeUnknown

from connector.errors import ConnectorError, ErrorKind

_PAGE = "docs/proxies-and-certificates.md says more."
_BUNDLE_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""In the order in which requests reads them; the first that is set counts."""
_NO_ADDRESS = (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, ProxySchemeUnknown)
_TUNNEL_REFUSED = re.compile(r"Tunnel connection failed: (\d{3})")


def network_fault(error: BaseException, *, doing: str, domain: str, is_first: bool) -> ConnectorError | None:
    """The connector's error for a network fault that prevented an answer; None if it is something else.

    Args:
        error: what the SDK raised.
        doing: what was attempted, with its id.
        domain: the API's address.
        is_first: whether no request of this run has been answered yet. If so, a wrong name or port will not pass.
    """
    found = list(_layers(error))

    def first(*classes: type[BaseException]) -> BaseException | None:
        return next((layer for layer in found if isinstance(layer, classes)), None)

    host = urlsplit(domain).netloc
    is_lost = not any(isinstance(layer, requests.RequestException) for layer in found) and first(OSError)
    if (is_lost or first(ssl.SSLError)) and (trouble := _bundle_trouble()):
        remedy = f"Correct the variable, or unset it to use the usual CAs. {_PAGE}"
        return ConnectorError(ErrorKind.CONFIGURATION, f"{trouble} ({doing}).", remedy=remedy)
    if first(*_NO_ADDRESS) and _proxy_address(domain):
        return ConnectorError(
            ErrorKind.CONFIGURATION,
            f"{_proxy(domain)} cannot be used: its address is none that is understood ({doing}).",
            remedy=f"Write http://host:port; for a SOCKS proxy install `requests[socks]`. {_PAGE}",
        )
    certificate = first(ssl.SSLCertVerificationError)
    if isinstance(certificate, ssl.SSLCertVerificationError):
        return _unreachable(
            f"The certificate of {host} is not trusted: {certificate.verify_message.rstrip('.')} ({doing}).",
            "If a proxy of your company opens the traffic, let REQUESTS_CA_BUNDLE name a file with the company's CA.",
            is_permanent=True,
        )
    if first(requests.exceptions.ProxyError, urllib3.exceptions.ProxyError):
        status = next((match[1] for layer in found if (match := _TUNNEL_REFUSED.search(str(layer)))), None)
        if status is not None:
            return proxy_refusal(int(status), doing=doing, domain=domain)
        return _unreachable(
            f"{_proxy(domain)} cannot be reached ({doing}): {_reason(found)}.",
            "Check the variable and the proxy; NO_PROXY names hosts that are reached without it.",
            is_permanent=is_first,
        )
    handshake = first(ssl.SSLError)
    if isinstance(handshake, ssl.SSLError):
        return _unreachable(
            f"No encrypted connection to {host} ({doing}): {handshake.reason or type(handshake).__name__}.",
            "Check that --domain and its port speak https, and that no proxy stands in between.",
            is_permanent=is_first,
        )
    if first(NameResolutionError):
        return _unreachable(
            f"The host {host} is unknown ({doing}): its name cannot be found.",
            "Check --domain and this machine's DNS; where only a proxy knows outside names, set HTTPS_PROXY.",
            is_permanent=is_first,
        )
    if first(NewConnectionError):
        return _unreachable(
            f"No connection to {host} ({doing}): {_reason(found)}.",
            "Check --domain and its port, the network and its firewall; behind a proxy set HTTPS_PROXY.",
            is_permanent=is_first,
        )
    return None


def proxy_refusal(status: int, *, doing: str, domain: str) -> ConnectorError:
    """The error for a proxy that answers itself, with 407 or another status, when a connection is asked for."""
    what = "wants a user and password" if status == 407 else f"refuses a connection to {urlsplit(domain).netloc}"
    return _unreachable(
        f"{_proxy(domain)} {what} (HTTP status {status}; {doing}).",
        "Write them into the variable: http://user:password@host:port, special characters percent-encoded."
        if status == 407
        else "Ask for access to this host, or let NO_PROXY name it if it can be reached without the proxy.",
        is_permanent=True,
    )


def _unreachable(message: str, remedy: str, *, is_permanent: bool) -> ConnectorError:
    return ConnectorError(
        ErrorKind.UNREACHABLE, message, remedy=f"{remedy} {_PAGE}", is_transient=False if is_permanent else None
    )


def _layers(error: BaseException) -> Iterator[BaseException]:
    """An exception and all its causes: each library wraps the exceptions of another in its own way."""
    waiting, seen = [error], set()
    while waiting:
        layer = waiting.pop(0)
        if id(layer) in seen:
            continue
        seen.add(id(layer))
        yield layer
        under = (layer.__cause__, layer.__context__, getattr(layer, "reason", None), *layer.args)
        waiting += [each for each in under if isinstance(each, BaseException)]


def _reason(found: list[BaseException]) -> str:
    """The operating system's own words, or the name of the deepest exception."""
    words = [layer.strerror for layer in found if isinstance(layer, OSError) and layer.strerror]
    if any(isinstance(layer, NameResolutionError) for layer in found):
        return "its name cannot be found"
    return words[-1].lower() if words else type(found[-1]).__name__


def _bundle_trouble() -> str | None:
    """What is wrong with the CA bundle that the environment names, if it names one."""
    for variable in _BUNDLE_VARIABLES:
        if path := os.environ.get(variable):
            if not Path(path).exists():
                return f"{variable} names a CA bundle that is not there: {path}"
            try:
                if Path(path).is_file():
                    ssl.create_default_context(cafile=path)
            except OSError:
                return f"{variable} names a file without usable CA certificates: {path}"
            return None
    return None


def _proxy(domain: str) -> str:
    """The proxy for the domain, without user and password, and the variable that names it."""
    address = _proxy_address(domain)
    names = (f"{urlsplit(domain).scheme}_proxy", "all_proxy")
    variables = [each for name in names for each in (name, name.upper())]
    variable = next((each for each in variables if address and os.environ.get(each) == address), "system settings")
    try:
        parts = urlsplit(address or "")
        host = parts.hostname and (parts.hostname if parts.port is None else f"{parts.hostname}:{parts.port}")
    except ValueError:
        host = None
    return f"The proxy {host} (from {variable})" if host else f"The proxy (from {variable})"


def _proxy_address(domain: str) -> str | None:
    return requests.utils.select_proxy(domain, requests.utils.get_environ_proxies(domain))
