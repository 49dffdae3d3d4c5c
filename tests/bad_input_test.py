"""What no phone should send: the torture messages of RFC 4475 and 5118, noise, wasted connections."""
import json
import pathlib
import random
import re
import socket
import time

from peers.almon import Almon, takes, wait_until
from peers.ports import own_address
from peers.sip import Message, Phone

VECTORS = pathlib.Path(__file__).resolve().parent / "vectors"
OWNER = """
[server]
domains = ["example.com", "example.net", "example.org", "2001:db8::10"]
[access]
trusted = ["127.0.0.0/8"]
[store]
durability = "memory"
"""
# What a proxy says that takes a message and finds no way on: nobody there, or a place that it cannot reach.
PROCESSED = {404, 480, 500, 502}


def answers_options(server):
    with Phone(server, "ping") as phone:
        assert phone.ask("OPTIONS", f"sip:{server.address}").status == 200


# --- The torture messages.

def may_be_processed(entry):
    """The manifest lets an element take it, and what it then says depends on who it is."""
    lets = any(re.match("proxy: forward|liberal", way) for way in entry["alternatives"])
    return lets or (entry["parse"] == "accept" and entry["class"] != "semantic")


def allowed(entry):
    """The statuses, and None for silence."""
    ways = entry["codes"] + entry["alternatives"]
    statuses = {int(found.group(1)) for way in ways if (found := re.match(r"(\d{3})\b", way))}
    if "4xx" in ways:
        statuses |= set(range(400, 500))
    if may_be_processed(entry):
        statuses |= PROCESSED
    return statuses | ({None} if is_dropped(entry) else set())


def is_dropped(entry):
    return entry["kind"] == "response" or "drop" in entry["codes"]


def is_never_whole(entry, octets):
    """On a stream the end of these does not come: of the body, of the header."""
    return entry["name"] == "clerr" or b"\r\n\r\n" not in octets


def allowed_on_a_stream(entry, octets):
    """What follows the stated length is another message there, a bad one, whose answer may come first."""
    if is_never_whole(entry, octets):
        return {None}
    has_rest = entry["content_length"][:1] != [str(entry["octets_after_header"])]
    return allowed(entry) | ({400} if has_rest and entry["parse"] == "accept" else set())


def answer_port(octets):
    """RFC 3261 §18.2.2: without rport the answer goes to the port in Via."""
    found = re.search(rb"^(?:Via|v)\s*:[^,;\r]*?[\]\w]:(\d+)\s*;", octets, re.IGNORECASE | re.MULTILINE)
    return int(found.group(1)) if found else 5060


def transaction_of(octets):
    found = re.search(rb"branch\s*=\s*([^\s;,]+)", octets, re.IGNORECASE)
    return found.group(1) if found else octets


def vectors():
    for folder in ("rfc4475", "rfc5118"):
        for entry in json.loads((VECTORS / folder / "manifest.json").read_text())["messages"]:
            yield entry, (VECTORS / folder / entry["file"]).read_bytes()


def verdict(server, entry, octets, transport):
    """The status of the first answer, None for silence."""
    port = answer_port(octets) if transport == "udp" else 0
    with Phone(server, "torture", transport=transport, local=own_address(), port=port) as phone:
        phone.send(octets)
        silence = is_dropped(entry) or (transport == "tcp" and is_never_whole(entry, octets))
        message = phone.receive(0.2 if silence else 3)
        return message and message.status


def torture(transport):
    """Messages of one branch are one transaction, so each of them gets a server of its own."""
    rounds = []
    for entry, octets in vectors():
        branch = transaction_of(octets)
        fitting = next((one for one in rounds if branch not in one), None)
        if fitting is None:
            rounds.append(fitting := {})
        fitting[branch] = (entry, octets)
    wrong = []
    for messages in rounds:
        with Almon(host=own_address(), port=5060, config=OWNER) as server:
            for entry, octets in messages.values():
                got = verdict(server, entry, octets, transport)
                fine = allowed(entry) if transport == "udp" else allowed_on_a_stream(entry, octets)
                if got not in fine:
                    wrong.append(f"{entry['name']}: {got}, not one of {fine}")
            answers_options(server)
    assert sum(map(len, rounds)) == 49 + 12 and not wrong, wrong


@takes(6)
def test_the_torture_messages_over_udp():
    torture("udp")


@takes(6)
def test_the_torture_messages_over_tcp():
    torture("tcp")


# --- Noise.

def test_noise_over_udp_and_nothing_happens():
    chance = random.Random(5118)
    with Almon() as server, Phone(server, "noise") as noise:
        for _ in range(300):
            noise.send(chance.randbytes(chance.randrange(1, 2000)))
        noise.send(b"\0" * 1000)
        noise.send(b"A" * 65_507)
        noise.send(b"OPTIONS" + b" " * 60_000)
        noise.send(b"OPTIONS sip:x SIP/2.0\r\n" + b"a:b\r\n" * 10_000 + b"\r\n")
        noise.send(b"\r\n\r\n")
        answers_options(server)
        assert server.status()["server_transactions"] == 0


def test_a_whole_message_of_the_largest_datagram_is_answered():
    with Almon() as server, Phone(server, "big") as big:
        head = big.request("OPTIONS", f"sip:{server.address}")
        big.send(head.replace("Content-Length: 0", "Content-Length: 64000") + "x" * 64_000)
        assert big.final().status == 200


def test_noise_over_tcp_ends_the_connection_only():
    with Almon() as server:
        for octets in (b"\0" * 70_000, b"\xff" * 5000 + b"\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"):
            with Phone(server, "noise", transport="tcp") as noise:
                noise.send(octets)
                was_closed(noise.socket, 3)
        answers_options(server)


# --- Connections.

def was_closed(connection, seconds, feed=None):
    """Waits until the server closes; what it said until then."""
    said, end = b"", time.monotonic() + seconds
    connection.settimeout(0.05)
    while time.monotonic() < end:
        try:
            if feed:
                connection.sendall(feed)
            chunk = connection.recv(65_536)
            if not chunk:
                return said
            said += chunk
        except TimeoutError:
            continue
        except OSError:
            return said
    raise AssertionError(f"the server keeps the connection; it said {said[:300]}")


def test_a_header_without_end_is_cut_off():
    with Almon() as server, Phone(server, "endless", transport="tcp") as phone:
        phone.send("OPTIONS sip:x SIP/2.0\r\nX: ")
        was_closed(phone.socket, 10, feed=b"a" * 10_000)
        answers_options(server)


def test_a_body_beyond_the_limit_is_refused():
    with Almon() as server, Phone(server, "endless", transport="tcp") as phone:
        request = phone.request("OPTIONS", f"sip:{server.address}")
        phone.send(request.replace("Length: 0", "Length: 4000000000"))
        said = was_closed(phone.socket, 10)
        assert Message(said).status in (400, 413, 513), said
        answers_options(server)


@takes(40)
def test_a_connection_that_brings_no_whole_message_is_closed_after_32_seconds():
    with Almon() as server:
        silent, slow = (Phone(server, user, transport="tcp") for user in ("silent", "slow"))
        with silent, slow, Phone(server, "good", transport="tcp") as good:
            assert good.ask("OPTIONS", f"sip:{server.address}").status == 200
            begun = time.monotonic()
            slow.send("OPTIONS sip:x SIP/2.0\r\nX: ")
            was_closed(slow.socket, 38, feed=b"a")
            assert time.monotonic() - begun > 25
            was_closed(silent.socket, 3)
            assert good.ask("OPTIONS", f"sip:{server.address}").status == 200


def test_idle_connections_beyond_the_limit_are_turned_away():
    limits = "[server]\nshards = 1\n[limits]\nconnections = 50\n"
    with Almon(config=limits) as server:
        with Phone(server, "first", transport="tcp") as first:
            assert first.ask("OPTIONS", f"sip:{server.address}").status == 200
            idle = [socket.create_connection((server.host, server.port)) for _ in range(1000)]
            assert sum(is_open(one) for one in idle) == 49
            assert first.ask("OPTIONS", f"sip:{server.address}").status == 200
            answers_options(server)
            for one in idle:
                one.close()
        wait_until(lambda: serves_tcp(server), 5, "room for another connection")


def is_open(connection):
    connection.settimeout(0.002)
    try:
        return connection.recv(1) != b""
    except TimeoutError:
        return True
    except OSError:
        return False


def serves_tcp(server):
    try:
        with Phone(server, "late", transport="tcp") as phone:
            return phone.ask("OPTIONS", f"sip:{server.address}").status == 200
    except (OSError, AssertionError):
        return False


def test_a_half_closed_connection_still_hears_its_answer():
    with Almon() as server, Phone(server, "half", transport="tcp") as phone:
        phone.send(phone.request("OPTIONS", f"sip:{server.address}"))
        phone.socket.shutdown(socket.SHUT_WR)
        assert phone.final().status == 200
        was_closed(phone.socket, 5)


def test_a_message_in_single_octets_and_two_in_one_segment():
    with Almon() as server, Phone(server, "slow", transport="tcp") as phone:
        request = phone.request("OPTIONS", f"sip:{server.address}")
        for octet in request:
            phone.send(octet)
        assert phone.final().status == 200
        phone.send("\r\n\r\n" + phone.request("OPTIONS", f"sip:{server.address}")
                   + phone.request("OPTIONS", f"sip:{server.address}"))
        assert phone.final().status == 200 and phone.final().status == 200
