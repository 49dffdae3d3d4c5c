"""What is too much: floods of every kind cost their sender, not us; memory stays below a ceiling, good calls go on."""
import contextlib
import itertools
import socket
import threading

from peers.almon import Almon, takes, wait_until
from peers.sip import a_call_goes_through, alice_and_bob, word

MIB = 1024 * 1024
USERS = ("alice:secret-a", "bob:secret-b")


@contextlib.contextmanager
def flooded(server, messages):
    """Somebody sends these, one after the other and as fast as he can, as long as this lasts: how many, so far."""
    stop, sent = threading.Event(), [0]

    def flood():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            for message in messages:
                if stop.is_set():
                    return
                udp.sendto(message.encode(), (server.host, server.port))
                sent[0] += 1

    thread = threading.Thread(target=flood)
    thread.start()
    try:
        yield lambda: sent[0]
    finally:
        stop.set()
        thread.join()


def wrong_passwords(server):
    for number in itertools.count():
        yield (f"REGISTER sip:{server.domain} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.9:9;branch=z9hG4bK{number}\r\n"
               f"Max-Forwards: 70\r\nFrom: <sip:bob@{server.domain}>;tag=x\r\nTo: <sip:bob@{server.domain}>\r\n"
               f"Call-ID: flood{number}\r\nCSeq: 1 REGISTER\r\nContact: <sip:evil@127.0.0.9:9>\r\n"
               f'Authorization: Digest username="bob", realm="{server.domain}", nonce="{word()}", '
               f'uri="sip:{server.domain}", response="{number:032x}", algorithm=MD5, qop=auth, nc=00000001, '
               'cnonce="c"\r\nContent-Length: 0\r\n\r\n')


@takes(8)
def test_a_flood_of_registrations_with_wrong_passwords_costs_no_memory_and_good_calls_go_on():
    with Almon(users=USERS) as server, alice_and_bob(server, "tcp") as (alice, bob):
        with flooded(server, wrong_passwords(server)) as sent:
            while sent() < 5_000:  # what the server sets up once for a busy time is no growth
                a_call_goes_through(alice, bob)
            before = server.resident()
            while sent() < 25_000:
                a_call_goes_through(alice, bob)
        assert server.resident() < before + 16 * MIB
        assert server.status()["bindings"] == 2


@takes(8)
def test_a_megabyte_of_garbage_on_tcp_ends_that_connection_and_nothing_else():
    with Almon(users=USERS) as server, alice_and_bob(server) as (alice, bob):
        before = server.resident()
        for _ in range(20):
            with socket.create_connection((server.host, server.port)) as tcp, contextlib.suppress(OSError):
                tcp.sendall(b"x" * MIB)
        a_call_goes_through(alice, bob)
        assert server.resident() < before + 16 * MIB
        wait_until(lambda: server.status()["connections"] == 0, 5, "the connections to end")


@takes(10)
def test_a_thousand_slow_connections_keep_nobody_waiting():
    with Almon(users=USERS) as server, alice_and_bob(server) as (alice, bob), \
            contextlib.ExitStack() as open_ones:
        before = server.resident()
        slow = [open_ones.enter_context(socket.create_connection((server.host, server.port)))
                for _ in range(1_000)]
        for octets in (b"REGISTER sip:", b"a SIP/2.0\r\n", b"Via: "):
            for connection in slow:
                connection.sendall(octets)
            a_call_goes_through(alice, bob)
        assert server.resident() < before + 32 * MIB
