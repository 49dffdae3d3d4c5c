"""What is too much: floods of every kind cost their sender, not us; memory stays below a ceiling, good calls go on."""
import contextlib
import itertools
import pathlib
import socket
import threading

from peers.almon import Almon, takes, wait_until
from peers.sip import Phone, alice_and_bob, word

MIB = 1024 * 1024
USERS = ("alice:secret-a", "bob:secret-b")
# So small that a test reaches it in seconds; each transaction costs some hundred octets.
SMALL_TABLE = """
[limits]
transactions = 5000
[access]
trusted = ["127.0.0.0/8"]
"""


def resident(server):
    """Octets of memory that the server has now."""
    pages = pathlib.Path(f"/proc/{server.process.pid}/statm").read_text().split()[1]
    return int(pages) * 4096


def a_call_goes_through(alice, bob):
    call = alice.call(f"sip:bob@{alice.domain}")
    bob.reply(bob.expect("INVITE"), 200)
    call.answered()
    bob.expect("ACK")
    call.in_dialog("BYE")
    bob.reply(bob.expect("BYE"), 200)
    assert alice.final().status == 200


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
    with Almon(users=USERS) as server, alice_and_bob(server) as (alice, bob):
        before = resident(server)
        with flooded(server, wrong_passwords(server)) as sent:
            while sent() < 20_000:
                a_call_goes_through(alice, bob)
        assert resident(server) < before + 16 * MIB
        assert server.status()["bindings"] == 2


@takes(15)
def test_more_half_open_calls_than_the_table_holds_get_503_and_go_again():
    with Almon(config=SMALL_TABLE) as server, Phone(server, "bob") as bob, Phone(server, "alice") as alice:
        assert bob.register().status == 200
        before = resident(server)
        for _ in range(8_000):
            alice.send(alice.request("INVITE", f"sip:bob@{server.domain}"))
            alice.socket.settimeout(0)
        wait_until(lambda: server.status()["refused_for_lack_of_room"] > 0, 10, "a 503")
        status = server.status()
        assert status["server_transactions"] + status["client_transactions"] <= 5_000 * status["shards"] + 64
        assert resident(server) < before + 32 * MIB


@takes(8)
def test_a_megabyte_of_garbage_on_tcp_ends_that_connection_and_nothing_else():
    with Almon(users=USERS) as server, alice_and_bob(server) as (alice, bob):
        before = resident(server)
        for _ in range(20):
            with socket.create_connection((server.host, server.port)) as tcp, contextlib.suppress(OSError):
                tcp.sendall(b"x" * MIB)
        a_call_goes_through(alice, bob)
        assert resident(server) < before + 16 * MIB
        wait_until(lambda: server.status()["connections"] == 0, 5, "the connections to end")


@takes(10)
def test_a_thousand_slow_connections_keep_nobody_waiting():
    with Almon(users=USERS) as server, alice_and_bob(server) as (alice, bob), \
            contextlib.ExitStack() as open_ones:
        before = resident(server)
        slow = [open_ones.enter_context(socket.create_connection((server.host, server.port)))
                for _ in range(1_000)]
        for octets in (b"REGISTER sip:", b"a SIP/2.0\r\n", b"Via: "):
            for connection in slow:
                connection.sendall(octets)
            a_call_goes_through(alice, bob)
        assert resident(server) < before + 32 * MIB
