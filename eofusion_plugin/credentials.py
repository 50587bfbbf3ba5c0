"""Credentials out of QGIS' authentication database, taken at the moment of use and kept nowhere.

QGIS 3.22 has no method for S3 keys or headers: keys are stored there as Basic (access key as the user name, secret
key as the password), a token as the password without a user name.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from qgis.core import QgsApplication, QgsAuthMethodConfig

from .errors import PluginError
from .texts import tr

#: Methods of QGIS that hold a user name and a password, or S3 keys under these names.
_PAIRS = ("Basic", "AWSS3")


@dataclass(frozen=True)
class Secret:
    """What the engine gets in a message of its own: its name there, and JSON that never is printed."""

    name: str
    value: str = field(repr=False)


def read_secret(authcfg: str) -> Secret | None:
    """The credentials of a configuration, None without one. In the main thread: QGIS may ask for its master password.

    Raises:
        PluginError: they are not there, cannot be opened, or are of a method that no service of ours takes.
    """
    if not authcfg:
        return None
    config = _load(authcfg)
    if config is None:
        raise PluginError(
            tr("The chosen credentials cannot be opened."),
            tr("Unlock QGIS' authentication database, or choose the credentials again."),
            "credentials",
        )
    values = config.configMap()
    if config.method() in _PAIRS:
        found = {"username": values.get("username", ""), "password": values.get("password", "")}
    elif config.method() == "APIHeader":
        found = {"token": _token(values)}
    else:
        raise PluginError(
            tr("Credentials of the kind '{method}' cannot be used here.").format(method=config.method()),
            tr("Store user name and password (or access key and secret key) as 'Basic authentication'."),
            "credentials",
        )
    return Secret(f"authcfg:{authcfg}", json.dumps({name: value for name, value in found.items() if value}))


def _load(authcfg: str) -> QgsAuthMethodConfig | None:
    """The configuration with its values, None where it cannot be opened."""
    manager = QgsApplication.authManager()
    if manager.isDisabled():
        return None
    config = QgsAuthMethodConfig()
    answer = manager.loadAuthenticationConfig(authcfg, config, True)
    # Python gets the configuration back beside the answer.
    loaded, config = answer if isinstance(answer, tuple) else (answer, config)
    return config if loaded and config.isValid() else None


def _token(headers: dict[str, str]) -> str:
    """The token of a header: that of ``Authorization: Bearer``, else the first header's value."""
    for name, value in headers.items():
        if name.lower() == "authorization":
            return value.partition(" ")[2] or value
    return next(iter(headers.values()), "")
