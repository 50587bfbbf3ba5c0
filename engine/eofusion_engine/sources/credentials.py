"""Secrets of catalogues: kept in memory only, never shown.

QGIS sends them to the worker in a message of their own, under ``authcfg:<id>``; the command line takes them
from the environment variables that the catalogue's description names. Neither is ever written down.
"""

from __future__ import annotations

import base64
import json
import os
import threading
from collections.abc import Mapping
from typing import Any, Literal

from ..errors import RequestError
from ..redact import hide

_MAX_CHARACTERS = 65_536
#: Prefix of the names of secrets that stand for environment variables of another process.
_VARIABLE = "environment:"
SecretField = Literal["username", "password", "token"]


class Secret:
    """A user name and password (S3: access key and secret key), or a token. Its text shows none of them."""

    __slots__ = ("_password", "_token", "_username")

    def __init__(self, username: str = "", password: str = "", token: str = "") -> None:  # nosec B107 - "" is none
        self._username, self._password, self._token = username, password, token
        pair = base64.b64encode(f"{username}:{password}".encode()).decode() if username and password else ""
        for value in (password, token, pair):
            hide(value)

    @property
    def username(self) -> str:
        """The user name or access key; empty without."""
        return self._username

    @property
    def password(self) -> str:
        """The password or secret key; empty without."""
        return self._password

    @property
    def token(self) -> str:
        """The token. QGIS has no place for one, so a password without a user name counts as one."""
        return self._token or ("" if self._username else self._password)

    @property
    def pair(self) -> bool:
        """Whether there are both a user name and a password."""
        return bool(self._username and self._password)

    def as_json(self) -> str:
        """The fields as :meth:`SecretStore.put` takes them."""
        fields = {"username": self._username, "password": self._password, "token": self._token}
        return json.dumps({name: value for name, value in fields.items() if value})

    def __repr__(self) -> str:
        return "Secret(...)"

    def __bool__(self) -> bool:
        return bool(self._password or self._token)

    def __reduce__(self) -> Any:
        raise TypeError("a secret is not written down")


class SecretStore:
    """The secrets of one process by the id of their QGIS authentication configuration. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._secrets: dict[str, Secret] = {}
        self._named: set[str] = set()  # environment variables that were asked for

    def put(self, name: str, value: str) -> None:
        """Keep a secret that QGIS sent: ``name`` is ``authcfg:<id>``, ``value`` JSON with the fields of
        :class:`Secret`; an empty ``value`` forgets it.

        Raises :class:`RequestError`, without the value, when it is not that.
        """
        secret = _read(value) if value else None
        with self._lock:
            self._secrets.pop(name, None)
            if secret is not None:
                self._secrets[name] = secret

    def find(self, authcfg: str | None, environment: Mapping[SecretField, str]) -> Secret | None:
        """The secret of ``authcfg``, else the one that the named environment variables hold, else None.

        ``environment`` maps ``username``, ``password`` and ``token`` to variables' names.
        """
        if authcfg is not None:
            with self._lock:
                if (secret := self._secrets.get(f"authcfg:{authcfg}")) is not None:
                    return secret
        self._named.update(environment.values())
        return Secret(**{field: self._variable(name) for field, name in environment.items()}) or None

    def for_workers(self, authcfg: str | None) -> dict[str, str]:
        """What another process of the same run must :meth:`put`: the secret of ``authcfg``, and the environment
        variables that were asked for here. For a safe connection only, and never for a file or a log."""
        with self._lock:
            secret = None if authcfg is None else self._secrets.get(f"authcfg:{authcfg}")
        lent = {} if secret is None else {f"authcfg:{authcfg}": secret.as_json()}
        values = {name: self._variable(name) for name in sorted(self._named)}
        return lent | {f"{_VARIABLE}{name}": json.dumps({"token": value}) for name, value in values.items() if value}

    def _variable(self, name: str) -> str:
        with self._lock:
            given = self._secrets.get(f"{_VARIABLE}{name}")
        return given.token if given is not None else os.environ.get(name, "").strip()

    def __repr__(self) -> str:
        return f"SecretStore({len(self._secrets)} secrets)"


def _read(value: str) -> Secret:
    message, hint = "The credentials that QGIS sent cannot be used.", "Choose them again in the dock."
    try:
        fields = json.loads(value) if len(value) <= _MAX_CHARACTERS else None
    except ValueError:
        fields = None
    known = {"username", "password", "token"}
    if not isinstance(fields, dict) or not known >= set(fields) or not all(isinstance(v, str) for v in fields.values()):
        raise RequestError(message, hint, code="credentials")
    secret = Secret(**fields)
    if not secret:
        raise RequestError(message, hint, code="credentials")
    return secret


#: The secrets of this process.
SECRETS = SecretStore()
