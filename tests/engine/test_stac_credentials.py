"""Secrets: where they come from, where they go, and that nothing shows them."""

from __future__ import annotations

import base64
import io
import json
import logging
import pickle
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import requests
from eofusion_engine.cli import main
from eofusion_engine.errors import RequestError, SourceError
from eofusion_engine.protocol import encode
from eofusion_engine.redact import GONE, RedactedStream, redact
from eofusion_engine.sources.credentials import Secret, SecretStore
from eofusion_engine.sources.stac.description import Catalogue, presets
from eofusion_engine.sources.stac.signing import Access, TokenSigner
from eofusion_engine.worker import Worker
from stac_samples import MemoryApi

BLOB = "https://sentinel2l2a01.blob.core.windows.net/sentinel2-l2/32/U/NU/B04.tif"
TOKENS = "https://planetarycomputer.microsoft.com/api/sas/v1/token"
START = datetime(2026, 1, 1, tzinfo=timezone.utc)
OWN = {"title": "Own", "api": "https://stac.example.org/v1", "s2": [{"id": "s2", "assets": {"B04": "B04"}}]}


def shown(thing: Any) -> str:
    return f"{thing!r} {thing!s} {vars(thing) if hasattr(thing, '__dict__') else ''}"


def test_a_secret_shows_nothing() -> None:
    secret = Secret("ada@example.org", "planted-password-1", "planted-token-1")
    store = SecretStore()
    store.put("authcfg:abc1234", json.dumps({"username": "ada", "password": "planted-password-1"}))
    assert "planted" not in shown(secret) + shown(store)
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_what_libraries_print_is_redacted() -> None:
    Secret("ada@example.org", "p&nted/word+1", "")
    pair = base64.b64encode(b"ada@example.org:p&nted/word+1").decode()
    for spelling in ("p&nted/word+1", "p%26nted%2Fword%2B1", pair):
        assert spelling not in redact(f"DEBUG GET x {spelling} y") and GONE in redact(f"DEBUG {spelling}")
    out = io.StringIO()
    handler = logging.StreamHandler(RedactedStream(out))
    log = logging.Logger("urllib3")
    log.addHandler(handler)
    log.error("headers %s", {"Authorization": f"Basic {pair}", "x": "p&nted/word+1"})
    assert "nted" not in out.getvalue() and pair not in out.getvalue() and "headers" in out.getvalue()


def test_a_short_or_empty_secret_does_not_blacken_everything() -> None:
    Secret("", "", "abc")
    Secret("", "", "")
    assert redact("the abc of it") == "the abc of it"


def test_the_store_finds_by_authcfg_then_by_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    store = SecretStore()
    names = {"username": "EOFUSION_CDSE_KEY", "password": "EOFUSION_CDSE_SECRET"}
    assert store.find("abc1234", names) is None
    monkeypatch.setenv("EOFUSION_CDSE_KEY", "key-of-the-shell")
    monkeypatch.setenv("EOFUSION_CDSE_SECRET", "secret-of-the-shell")
    found = store.find("abc1234", names)
    assert found is not None and (found.username, found.password) == ("key-of-the-shell", "secret-of-the-shell")
    store.put("authcfg:abc1234", json.dumps({"username": "key-of-qgis", "password": "secret-of-qgis"}))
    found = store.find("abc1234", names)
    assert found is not None and found.username == "key-of-qgis" and found.pair
    store.put("authcfg:abc1234", "")
    found = store.find("abc1234", {})
    assert found is None


def test_a_password_without_a_user_name_is_a_token() -> None:
    store = SecretStore()
    store.put("authcfg:abc1234", json.dumps({"username": "", "password": "subscription-key"}))
    found = store.find("abc1234", {})
    assert found is not None and found.token == "subscription-key" and not found.pair


@pytest.mark.parametrize(
    "value", ["planted-not-json", '["planted"]', '{"planted": "x"}', '{"token": 7}', '{"username": "planted"}']
)
def test_a_malformed_secret_is_refused_without_showing_it(value: str) -> None:
    with pytest.raises(RequestError, match="cannot be used") as caught:
        SecretStore().put("authcfg:abc1234", value)
    assert caught.value.code == "credentials" and "planted" not in shown(caught.value)


def test_missing_credentials_are_named() -> None:
    with pytest.raises(SourceError, match="needs credentials") as caught:
        Access(presets()["cdse"], None, requests.Session())
    assert caught.value.code == "credentials"
    assert "EOFUSION_CDSE_KEY and EOFUSION_CDSE_SECRET" in str(caught.value)
    with pytest.raises(SourceError, match="needs credentials"):
        Access(presets()["cdse"], Secret(token="only-a-token"), requests.Session())


def test_s3_requests_are_signed_for_the_endpoint_only() -> None:
    access = Access(presets()["cdse"], Secret("AKIAEXAMPLE", "planted-secret-key"), requests.Session())
    href = "https://eodata.dataspace.copernicus.eu/eodata/Sentinel-2/B02.jp2"
    headers = {"Range": "bytes=0-99"}
    request = requests.Request("GET", href, headers=headers, auth=access.auth(href)).prepare()
    signature = request.headers["Authorization"]
    assert signature.startswith("AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/") and "/default/s3/aws4_request" in signature
    assert request.headers["Range"] == "bytes=0-99" and "planted" not in f"{request.headers} {access!r}"
    for other in ("https://evil.example.org/eodata/B02.jp2", "https://eodata.dataspace.copernicus.eu.evil.org/B02.jp2"):
        assert access.auth(other) is None
    assert access.api_auth is None  # the search needs no account


@pytest.mark.parametrize(
    ("kind", "secret", "header"),
    [
        ("basic", Secret("ada", "planted-word"), "Basic " + base64.b64encode(b"ada:planted-word").decode()),
        ("bearer", Secret(token="planted-token"), "Bearer planted-token"),
        ("none", Secret("ada", "planted-word"), "Basic " + base64.b64encode(b"ada:planted-word").decode()),
    ],
)
def test_headers_go_to_the_catalogues_own_hosts_only(kind: str, secret: Secret, header: str) -> None:
    catalogue = Catalogue.model_validate({**OWN, "signing": {"kind": kind, "hosts": ["files.example.org"]}})
    access = Access(catalogue, secret, requests.Session())
    for href in ("https://stac.example.org/a.tif", "https://files.example.org/a.tif"):
        request = requests.Request("GET", href, auth=access.auth(href)).prepare()
        assert request.headers["Authorization"] == header
    for href in (
        "https://evil.org/a.tif",
        "https://stac.example.org:8443/a.tif",
        "https://files.example.org.evil.org/",
    ):
        assert access.auth(href) is None
    assert access.api_auth is not None
    assert "planted" not in repr(access) + repr(access.api_auth) + str(access.api_auth)


class Clock:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def token_service(session: requests.Session, clock: Clock, minutes: float = 45.0) -> MemoryApi:
    """Gives a new token at each question, good for so many minutes."""
    api = MemoryApi([])
    count = [0]

    def send(request: Any, **_: Any) -> requests.Response:
        api.requests.append(request)
        count[0] += 1
        expiry = (clock.now + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return MemoryApi._response(request, 200, {"token": f"st=1&sig=planted{count[0]:04d}", "msft:expiry": expiry})

    api.send = send  # type: ignore[method-assign]
    api.mount(session)
    return api


def test_tokens_are_shared_by_a_container_and_renewed_before_they_expire() -> None:
    clock, session = Clock(), requests.Session()
    api = token_service(session, clock)
    sign = TokenSigner(session, TOKENS, (".blob.core.windows.net",), "planted-key", clock)
    first = sign(BLOB)
    assert first == f"{BLOB}?st=1&sig=planted0001" and sign(BLOB.replace("B04", "B08")).endswith("planted0001")
    assert [r.url for r in api.requests] == [f"{TOKENS}/sentinel2l2a01/sentinel2-l2"]
    assert api.requests[0].headers["Ocp-Apim-Subscription-Key"] == "planted-key"
    clock.now += timedelta(minutes=39)
    assert sign(BLOB) == first
    clock.now += timedelta(minutes=2)  # four minutes are left
    assert sign(BLOB).endswith("planted0002")
    sign("https://sentinel1euwestrtc.blob.core.windows.net/sentinel1-grd-rtc/vv.tiff")
    assert api.requests[-1].url == f"{TOKENS}/sentinel1euwestrtc/sentinel1-grd-rtc"
    assert "planted0001" not in redact(first) and "planted" not in repr(sign)


@pytest.mark.parametrize(
    "href",
    [
        "https://example.org/sentinel2-l2/B04.tif",
        "https://blob.core.windows.net.evil.org/sentinel2-l2/B04.tif",
        "https://ai4edatasetspublicassets.blob.core.windows.net/assets/a.png",
        BLOB.replace("https", "http"),
    ],
)
def test_other_addresses_are_not_signed(href: str) -> None:
    session = requests.Session()
    api = token_service(session, Clock())
    assert TokenSigner(session, TOKENS, (".blob.core.windows.net",), "", Clock())(href) == href
    assert not api.requests


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((403, {"message": "planted"}), "credentials"),
        ((503, b"planted"), "service"),
        ((200, b"planted, not JSON"), "service"),
        ((200, {"token": "planted", "msft:expiry": "soon"}), "service"),
        ((200, {"token": "planted#fragment", "msft:expiry": "2030-01-01T00:00:00Z"}), "service"),
        (requests.ConnectionError("planted"), "network"),
    ],
)
def test_no_token_is_a_sentence(answer: Any, code: str) -> None:
    session = requests.Session()
    api = MemoryApi([])
    api.answers[TOKENS] = answer
    api.mount(session)
    with pytest.raises(SourceError, match="permission to read sentinel2l2a01/sentinel2-l2") as caught:
        TokenSigner(session, TOKENS, (".blob.core.windows.net",))(BLOB)
    assert caught.value.code == code and "planted" not in str(caught.value)


def test_the_worker_keeps_a_secret_and_answers_a_malformed_one(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = SecretStore()
    monkeypatch.setattr("eofusion_engine.sources.credentials.SECRETS", kept)
    out = io.StringIO()
    good = json.dumps({"username": "ada", "password": "planted-password-2"})
    lines = [
        encode("secret", "1", name="authcfg:abc1234", value=good),
        encode("secret", "2", name="authcfg:bad1234", value="planted-and-no-json"),
        encode("shutdown", "3"),
    ]
    Worker(out).serve(io.StringIO("\n".join(lines) + "\n"))
    found = kept.find("abc1234", {})
    assert found is not None and found.password == "planted-password-2" and kept.find("bad1234", {}) is None
    (answer,) = [json.loads(line) for line in out.getvalue().splitlines()]
    assert (answer["type"], answer["id"], answer["code"]) == ("error", "2", "credentials")
    assert "planted" not in out.getvalue()


def test_the_command_line_reads_the_environment_and_shows_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A fault in the middle of a command must not print what it was given, either."""
    monkeypatch.setenv("EOFUSION_CDSE_KEY", "planted-access-key")
    monkeypatch.setenv("EOFUSION_CDSE_SECRET", "planted-secret-key")

    def fail(*_: Any) -> None:
        secret = SecretStore().find(None, presets()["cdse"].credentials.environment)
        assert secret is not None
        raise SourceError(f"refused {secret.password} {secret!r}", "x")

    monkeypatch.setattr("eofusion_engine.cli._plan_or_run", fail)
    assert main(["plan", "--source", "cdse"]) == 1
    shown_text = capsys.readouterr().err
    assert "refused" in shown_text and "planted-secret-key" not in shown_text


def test_a_description_cannot_ask_for_other_variables(tmp_path: Path) -> None:
    from eofusion_engine.sources.stac.description import read_description

    path = tmp_path / "own.json"
    path.write_text(json.dumps({**OWN, "credentials": {"environment": {"token": "HOME"}}}), encoding="utf-8")
    with pytest.raises(SourceError, match="begin with EOFUSION_"):
        read_description(path)
