"""What strangers do wrong an operator can see: in the log, or in the figures of `almon status`."""
import contextlib
import json
import socket
import time

from peers.almon import Almon, wait_until
from peers.ports import own_address
from peers.sip import Phone

USERS = ["alice:secret-a", "bob:secret-b"]
LINES_PER_SECOND = 100  # limits::log_lines_per_second
JSON_LOG = "[log]\njson = true\n"


@contextlib.contextmanager
def scene(config=JSON_LOG):
    with Almon(users=USERS, config=config) as server, \
            Phone(server, "mallory", domain="evil.example") as stranger:
        yield server, stranger


def lines(server, event):
    """Those of the log that tell of it."""
    written = [json.loads(line) for line in server.log().splitlines() if line.startswith("{")]
    return [line for line in written if line["event"] == event]


def expect_count(server, figure, count):
    wait_until(lambda: server.status()[figure] == count, 5, lambda: f"{figure} of {server.status()}")


def test_who_wants_to_be_relayed_is_in_the_log_with_call_method_and_reason():
    with scene() as (server, stranger):
        for method in ("INVITE", "MESSAGE", "REFER"):
            where = f"sip:victim@{own_address()}"
            assert stranger.ask(method, where, call_id=f"relay-{method}").status == 403
        told = {(line["call"], line["method"], line["reason"]) for line in lines(server, "request refused")}
        assert told == {(f"relay-{method}", method, "Forbidden") for method in ("INVITE", "MESSAGE", "REFER")}


def test_who_registers_for_somebody_else_is_in_the_log_with_the_reason():
    with scene() as (server, _), Phone(server, "bob", "secret-b") as bob:
        assert bob.register(user="alice", call_id="usurper").status == 403
        [line] = lines(server, "registration refused")
        assert line["call"] == "usurper" and "another user" in line["reason"], line


def test_malformed_messages_are_counted():
    with scene() as (server, stranger):
        good = stranger.request("OPTIONS", f"sip:{server.address}")
        stranger.send("OPTIONS nonsense\r\n\r\n")
        expect_count(server, "malformed", 1)
        stranger.send(good.replace("CSeq: 1", "CSeq: x"))
        assert stranger.final().status == 400
        expect_count(server, "malformed", 2)
        for octets in ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", good.replace("Length: 0", "Length: 4000000000")):
            before = server.status()["malformed"]
            with Phone(server, "noise", transport="tcp") as noise:
                noise.send(octets)
                expect_count(server, "malformed", before + 1)
        assert "malformed messages" in server.run("status").stdout


def test_connections_beyond_the_limit_are_counted():
    limits = "[server]\nshards = 1\n[limits]\nconnections = 10\n"
    with scene(limits) as (server, _), contextlib.ExitStack() as open_ones:
        for _ in range(30):
            open_ones.enter_context(socket.create_connection((server.host, server.port)))
        expect_count(server, "connections_refused", 20)
        assert "connections refused" in server.run("status").stdout


def test_who_guesses_passwords_is_in_the_log_with_address_and_user():
    with scene() as (server, _), Phone(server, "alice", "guess") as guesser:
        assert guesser.register().status == 401
        [line] = lines(server, "wrong password")
        assert line["user"] == "alice" and line["from"].startswith("127.0.0.1:"), line


def test_a_malformed_message_is_in_the_log_with_its_place_and_rule():
    with scene() as (server, stranger):
        stranger.send(stranger.request("OPTIONS", f"sip:{server.address}").replace("CSeq: 1", "CSeq: x"))
        assert stranger.final().status == 400
        [line] = lines(server, "malformed message")
        assert line["where"].startswith("CSeq, line ") and line["rule"].startswith("RFC 3261 "), line


def test_a_flood_of_malformed_messages_does_not_fill_the_disk():
    with scene() as (server, _), Phone(server, "noise", transport="tcp") as noise:
        broken = noise.request("OPTIONS", f"sip:{server.address}").replace("CSeq: 1", "CSeq: x")
        begun = time.monotonic()
        for _ in range(1_000):
            noise.send(broken)
        expect_count(server, "malformed", 1_000)
        seconds = time.monotonic() - begun
        assert 100 <= len(lines(server, "malformed message")) <= LINES_PER_SECOND * (seconds + 2)
