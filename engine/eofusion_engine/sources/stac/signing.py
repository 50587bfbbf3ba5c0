"""Permission to read an asset: signatures that expire, S3 keys, and headers, each for its own hosts only."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase, HTTPBasicAuth
from requests_aws4auth import AWS4Auth

from ...errors import SourceError
from ...redact import hide
from ..credentials import Secret
from ..transport import FetchError
from .description import Catalogue

#: A token is renewed when it has less than this left: longer than any one request takes with its retries.
_RENEW_SECONDS = 300.0
#: Planetary Computer's public pictures need no signature, and its token service has none for them.
_UNSIGNED = "ai4edatasetspublicassets.blob.core.windows.net"
_MAX_TOKEN = 8192


class BearerAuth(AuthBase):
    """Sends a token in the ``Authorization`` header."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def __repr__(self) -> str:
        return "BearerAuth(...)"


class TokenSigner:
    """Appends Planetary Computer's short-lived tokens (Azure SAS) to the addresses of its files.

    One token serves a whole container; it is asked for when first needed and again before it expires. Own code
    because the ``planetary-computer`` package opens its own unguarded connections and reads a settings file.
    """

    def __init__(
        self,
        session: requests.Session,
        token_url: str,
        hosts: tuple[str, ...],
        key: str = "",
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
        timeout_s: float = 30.0,
    ) -> None:
        self._session, self._token_url, self._hosts = session, token_url.rstrip("/"), hosts
        self._key, self._now, self._timeout = key, now, timeout_s
        self._lock = threading.Lock()
        self._tokens: dict[str, tuple[str, datetime]] = {}

    def __call__(self, href: str) -> str:
        """``href`` with a token that is good for some minutes; unchanged on hosts that are not signed for.

        Raises :class:`FetchError` when the service gives no token.
        """
        parts = urlsplit(href)
        host = parts.netloc.lower()
        if parts.scheme != "https" or not matches(host, self._hosts) or host == _UNSIGNED:
            return href
        container = parts.path.lstrip("/").split("/")[0]
        place = f"{host.split('.')[0]}/{container}"
        with self._lock:  # held while asking: threads that need the same token wait for one answer
            token, expires = self._tokens.get(place, ("", datetime.min.replace(tzinfo=timezone.utc)))
            if (expires - self._now()).total_seconds() < _RENEW_SECONDS:
                token, expires = self._ask(place)
                self._tokens[place] = token, expires
        return f"{href}{'&' if parts.query else '?'}{token}"

    def _ask(self, place: str) -> tuple[str, datetime]:
        headers = {"Ocp-Apim-Subscription-Key": self._key} if self._key else {}
        try:
            answer = self._session.get(f"{self._token_url}/{place}", headers=headers, timeout=self._timeout)
            if not answer.ok:
                code = "credentials" if answer.status_code in (401, 403) else "service"
                raise _no_permission(place, f"status {answer.status_code}", code)
            fields = answer.json()
            token, expires = fields["token"], datetime.fromisoformat(fields["msft:expiry"])
        except (ValueError, KeyError, TypeError) as error:
            raise _no_permission(place, f"{type(error).__name__}", "service") from None
        except requests.RequestException as error:
            raise _no_permission(place, f"{type(error).__name__}", "network") from None
        if not isinstance(token, str) or not 0 < len(token) <= _MAX_TOKEN or any(c in token for c in " \r\n#"):
            raise _no_permission(place, "its answer is no token", "service")
        hide(token)
        return token, expires if expires.tzinfo else expires.replace(tzinfo=timezone.utc)

    def __repr__(self) -> str:
        return f"TokenSigner({self._token_url})"


def _no_permission(place: str, why: str, code: str) -> FetchError:
    hint = "Try again in some minutes; a subscription key lifts the service's limits."
    return FetchError(f"the service gives no permission to read {place} ({why})", hint, code)


class _PlainAuth(HTTPBasicAuth):
    def __repr__(self) -> str:
        return "BasicAuth(...)"


class Access:
    """What a request for one address needs: a signature of it, a header, or nothing."""

    def __init__(self, catalogue: Catalogue, secret: Secret | None, session: requests.Session) -> None:
        """Raises :class:`SourceError` (``credentials``) when the catalogue needs some that are not there."""
        self._check(catalogue, secret)
        signing = catalogue.signing
        self._hosts: tuple[str, ...] = signing.hosts
        self.signer: TokenSigner | None = None
        self._auth: Any = None
        self.api_auth: Any = None
        if signing.kind == "planetary-computer":
            key = secret.token or secret.password if secret else ""
            self.signer = TokenSigner(session, signing.token_url or "", signing.hosts, key)
        elif signing.kind == "s3-keys" and secret and secret.pair:
            self._auth = AWS4Auth(secret.username, secret.password, signing.region, "s3")
        elif signing.kind != "s3-keys" and secret:
            self._auth = _PlainAuth(secret.username, secret.password) if secret.pair else BearerAuth(secret.token)
            self.api_auth = self._auth
            self._hosts = (*signing.hosts, catalogue.host)

    @staticmethod
    def _check(catalogue: Catalogue, secret: Secret | None) -> None:
        kind, wanted = catalogue.signing.kind, catalogue.credentials
        complete = bool(secret) if kind != "s3-keys" else bool(secret and secret.pair)
        if complete or not (wanted.needed or kind in ("basic", "bearer", "s3-keys")):
            return
        variables = " and ".join(wanted.environment.values())
        where = f" or set {variables}" if variables else ""
        raise SourceError(
            f"{catalogue.title} needs credentials.",
            f"Choose them in the dock{where}. {wanted.about}".strip(),
            code="credentials",
        )

    def auth(self, href: str) -> Any:
        """What authenticates a request for ``href``: None where the host is not one of the catalogue's."""
        return self._auth if matches(urlsplit(href).netloc.lower(), self._hosts) else None

    def __repr__(self) -> str:
        return "Access(...)"


def matches(host: str, names: tuple[str, ...]) -> bool:
    """Whether ``host`` (with its port, where it has one) is one of ``names``, or below one that begins with a dot."""
    return any(host == name or (name.startswith(".") and host.endswith(name)) for name in names)
