"""Which addresses are asked, and who gets to see credentials."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from eofusion_engine.sources.transport import AddressGuard, FetchError, Transport
from eofusion_engine.sources.transport.guard import public
from requests.auth import HTTPBasicAuth
from requests_aws4auth import AWS4Auth
from transport_server import Answer, FileServer, file_server


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@pytest.fixture
def server() -> Iterator[FileServer]:
    with file_server() as running:
        yield running


@pytest.fixture
def inner() -> Iterator[FileServer]:
    """A second server that the user did not name."""
    with file_server() as running:
        running.put("/secret", b"inner secret" * 100)
        yield running


def transport_of(*servers: FileServer) -> Transport:
    return Transport(cache=None, trusted_hosts={each.host for each in servers}, sleep=lambda seconds: None)


@pytest.mark.parametrize(
    ("address", "open_"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("224.0.0.251", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fc00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::808:808", True),
        ("2002:7f00:1::", False),
    ],
)
def test_addresses_of_the_open_internet(address: str, open_: bool) -> None:
    assert public(ipaddress.ip_address(address)) is open_


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x",
        "http://127.1/x",
        "http://2130706433/x",
        "http://[::1]/x",
        "http://localhost/x",
        "https://192.168.1.1:8443/x",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "ftp://example.org/x",
        "http:///x",
        "http://user:password@example.org/x",
        "http://example.org:port/x",
        "gopher://127.0.0.1:6379/x",
    ],
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(FetchError) as caught:
        AddressGuard().check(url)
    assert caught.value.code == "href" and "password" not in str(caught.value)


def test_trust_is_in_a_server_not_in_a_computer() -> None:
    guard = AddressGuard({"127.0.0.1:8080", "localhost"})
    guard.check("http://127.0.0.1:8080/x")
    guard.check("http://localhost/x")
    guard.check("https://LOCALHOST/x")
    for url in ("http://127.0.0.1:8081/x", "http://127.0.0.1/x", "http://localhost:9000/x"):
        with pytest.raises(FetchError):
            guard.check(url)


def test_a_name_with_one_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(host: str, port: int, **kwargs: object) -> list[tuple[object, ...]]:
        addresses = {"public.example": ["8.8.8.8"], "mixed.example": ["8.8.8.8", "10.0.0.1"]}[host]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    AddressGuard().check("https://public.example/x")
    with pytest.raises(FetchError, match="private network"):
        AddressGuard().check("https://mixed.example/x")


def test_a_private_address_is_not_even_connected_to(inner: FileServer) -> None:
    with pytest.raises(FetchError, match="private network") as caught:
        transport_of().read(inner.url("/secret"), 0, 10)
    assert caught.value.code == "href" and inner.connections == 0
    with pytest.raises(FetchError):
        transport_of().session.get(inner.url("/secret"))
    assert inner.connections == 0


def test_a_name_that_resolves_differently_the_second_time_is_not_asked(
    inner: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(inner.host.rpartition(":")[2])
    answers = iter(["8.8.8.8"])

    def resolve(host: str, asked: object, *args: object, **kwargs: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers, "127.0.0.1"), port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(FetchError, match="private network"):
        transport_of().read(f"http://rebinding.example:{port}/secret", 0, 10)
    assert inner.requests == []


def test_a_redirect_into_a_private_network_is_not_followed(server: FileServer, inner: FileServer) -> None:
    server.answer = lambda request, nth: Answer(302, {"Location": inner.url("/secret")})
    with pytest.raises(FetchError, match="private network"):
        transport_of(server).read(server.url("/file"), 0, 10)
    assert len(server.requests) == 1 and inner.connections == 0


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://example.org/x"])
def test_a_redirect_to_another_kind_of_address_is_not_followed(server: FileServer, target: str) -> None:
    server.answer = lambda request, nth: Answer(302, {"Location": target})
    with pytest.raises(FetchError):
        transport_of(server).read(server.url("/file"), 0, 10)


def test_redirects_in_circles_end(server: FileServer) -> None:
    server.answer = lambda request, nth: Answer(302, {"Location": server.url("/file")})
    with pytest.raises(FetchError, match="in circles"):
        transport_of(server).read(server.url("/file"), 0, 10)
    assert len(server.requests) <= 8


def test_from_https_no_redirect_leads_down_to_http() -> None:
    session = transport_of().session
    answer = requests.Response()
    answer.request = requests.Request("GET", "https://example.org/a").prepare()
    onward = requests.Request("GET", "http://example.org/a").prepare()
    with pytest.raises(FetchError, match="unencrypted"):
        session.rebuild_auth(onward, answer)


@pytest.mark.parametrize("auth", [HTTPBasicAuth("me", "password"), AWS4Auth("key", "secretkey", "default", "s3")])
def test_credentials_stay_with_the_host_they_are_for(
    server: FileServer, inner: FileServer, auth: requests.auth.AuthBase
) -> None:
    server.answer = lambda request, nth: Answer(302, {"Location": inner.url("/secret"), "Set-Cookie": "id=1"})
    session = transport_of(server, inner).session
    headers = {"Ocp-Apim-Subscription-Key": "a key", "Cookie": "own=1", "Range": "bytes=0-4"}
    answer = session.get(server.url("/file"), headers=headers, auth=auth)
    assert answer.content == b"inner"
    assert {"authorization", "ocp-apim-subscription-key"} <= set(server.requests[0].headers)
    seen = inner.requests[0].headers
    assert seen["range"] == "bytes=0-4"
    assert set(seen) <= {"host", "user-agent", "accept", "accept-encoding", "connection", "range"}


def test_credentials_go_along_on_the_same_host(server: FileServer) -> None:
    server.put("/there", b"0123456789")
    server.answer = lambda request, nth: Answer(302, {"Location": "/there"}) if request.path == "/file" else None
    data = transport_of(server).read(server.url("/file"), 2, 3, auth=HTTPBasicAuth("me", "password"))
    assert data == b"234" and "authorization" in server.requests[1].headers


def test_no_credentials_from_the_netrc_file(
    server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login me password hidden\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server.put("/file", b"0123456789")
    server.put("/there", b"0123456789")
    assert requests.get(server.url("/file"), timeout=5).request.headers.get("Authorization")  # it would be used
    server.forget()
    server.answer = lambda request, nth: Answer(302, {"Location": "/there"}) if request.path == "/file" else None
    assert transport_of(server).read(server.url("/file"), 0, 2) == b"01"
    assert len(server.requests) == 2 and all("authorization" not in each.headers for each in server.requests)


def test_cookies_are_not_kept(server: FileServer) -> None:
    server.put("/file", b"0123456789")
    server.answer = lambda request, nth: Answer(headers={"Set-Cookie": "id=1"})
    transport = transport_of(server)
    for start in (0, 1):
        transport.read(server.url("/file"), start, 2)
    assert all("cookie" not in each.headers for each in server.requests) and len(server.requests) == 2
