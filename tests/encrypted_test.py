"""SIP over TLS and WebSocket (RFC 3261 §26.2, RFC 5922, RFC 7118): who is let in, and calls between all transports."""
import os
import signal
import socket
import ssl
import subprocess

from peers.almon import Almon, run, takes, wait_until
from peers.baresip import Baresip
from peers.ports import free_port
from peers.sip import Phone, a_call_goes_through
from peers.websocket import WebSocket

USERS = ["alice:secret-a", "bob:secret-b"]
TRANSPORTS = ["udp", "tcp", "tls", "ws", "wss"]


class EveryTransport:
    """A server that listens on all of them, and where."""

    def __init__(self, config=""):
        self.ports = {transport: free_port() for transport in TRANSPORTS}
        listen = ", ".join(f'"{transport}:127.0.0.1:{port}"' for transport, port in self.ports.items())
        self.server = Almon(users=USERS, transports=(), config=f"[server]\nlisten = [{listen}]\n{config}")
        self.server.port = self.ports["udp"]

    def __enter__(self):
        self.server.__enter__()
        return self

    def __exit__(self, *what):
        self.server.__exit__(*what)

    def phone(self, user, transport):
        return Phone(self.server.at(self.ports[transport]), user, f"secret-{user[0]}", transport)

    def connect(self, transport):
        return socket.create_connection(("127.0.0.1", self.ports[transport]), 5)


# --- Calls.

@takes(15)
def test_phones_on_all_transports_call_each_other_and_either_side_hangs_up():
    with EveryTransport() as every:
        for calling in TRANSPORTS:
            for called in TRANSPORTS:
                with every.phone("alice", calling) as alice, every.phone("bob", called) as bob:
                    assert alice.register().status == 200 and bob.register().status == 200, (calling, called)
                    a_call_goes_through(alice, bob)
                    called_hangs_up(alice, bob)
                    alice.register(expires=0), bob.register(expires=0)


def called_hangs_up(alice, bob):
    call = alice.call(f"sip:bob@{alice.domain}")
    invite = bob.expect("INVITE")
    bob.reply(invite, 200)
    call.answered()
    bob.expect("ACK")
    routes = "".join(f"Route: {value}\r\n" for value in invite.all("Record-Route"))
    bob.send(bob.request("BYE", invite.contact_uri(), to=invite.field("From"), tag="callee",
                         call_id=invite.field("Call-ID"), fields=routes))
    alice.reply(alice.expect("BYE"), 200)
    assert bob.final().status == 200


@takes(12)
def test_baresip_over_tls_calls_baresip_over_udp():
    with EveryTransport() as every:
        certificate = os.path.join(every.server.folder, "tls", "certificate.pem")
        trust = f"sip_cafile {certificate}\nsip_verify_server yes\n"
        tls, udp = (f"127.0.0.1:{every.ports[transport]}" for transport in ("tls", "udp"))
        with Baresip("alice", "secret-a", tls, transport="tls", more_config=trust) as alice, \
                Baresip("bob", "secret-b", udp, answer="auto", tone_hz=700) as bob:
            wait_until(lambda: len(every.server.bindings()) == 2, 30, "both registrations")
            alice.dial("bob")
            alice.wait_event("CALL_ESTABLISHED", 20)
            bob.hang_up()
            alice.wait_event("CALL_CLOSED", 20)


# --- TLS.

def test_the_certificate_that_a_server_makes_for_itself_is_private_and_lasts():
    with EveryTransport() as every:
        folder = os.path.join(every.server.folder, "tls")
        assert os.stat(folder).st_mode & 0o777 == 0o700
        assert os.stat(os.path.join(folder, "key.pem")).st_mode & 0o777 == 0o600
        with open(os.path.join(folder, "certificate.pem")) as file:
            before = file.read()
        every.server.stop()
        every.server.start()
        with open(os.path.join(folder, "certificate.pem")) as file:
            assert file.read() == before


def test_old_versions_and_weak_ciphers_find_no_agreement():
    with EveryTransport() as every:
        for option in (["-tls1_1"], ["-tls1"], ["-tls1_2", "-cipher", "AES128-SHA"],
                       ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"]):
            client = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{every.ports['tls']}",
                                     "-cipher", "ALL:@SECLEVEL=0", *option],
                                    input=b"", capture_output=True, timeout=20)
            assert b"Cipher is (NONE)" in client.stdout or client.returncode != 0, (option, client.stdout)
        for option in ("-tls1_2", "-tls1_3"):
            client = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{every.ports['tls']}", option],
                                    input=b"", capture_output=True, timeout=20)
            assert b"Cipher is (NONE)" not in client.stdout, client.stdout


def test_plain_sip_and_garbage_on_a_tls_port_end_the_connection_and_are_told():
    with EveryTransport() as every:
        for octets in (b"OPTIONS sip:127.0.0.1 SIP/2.0\r\n\r\n", b"GET / HTTP/1.0\r\n\r\n", os.urandom(400)):
            with every.connect("tls") as stranger:
                stranger.sendall(octets)
                while stranger.recv(4096):  # an alert, and the end
                    pass
        assert every.server.log().count("connection ended by its protocol") == 3, every.server.log()
        with every.phone("alice", "tls") as alice:
            assert alice.register().status == 200


def make_certificate(folder, name):
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
               "9", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1,DNS:" + name,
               "-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.pem"]
    subprocess.run(command, check=True, capture_output=True)


def certificate_shown(every, name=None):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with every.connect("tls") as plain, context.wrap_socket(plain, server_hostname=name) as stream:
        return ssl.DER_cert_to_PEM_cert(stream.getpeercert(binary_form=True))


def test_each_domain_has_its_certificate_and_a_reload_brings_new_ones_without_dropping_a_phone():
    every = EveryTransport()
    home = every.server.home
    for name in ("one.example", "two.example", "new.example"):
        make_certificate(home, name)
    tls = '[tls]\ncertificates = ["{0}/{1}.pem", "{0}/two.example.pem"]\nkeys = ["{0}/{1}.key", "{0}/two.example.key"]\n'
    text = every.server.config
    every.server.config = text + tls.format(home, "one.example")
    with every:
        def pem(name):
            with open(f"{home}/{name}.pem") as file:
                return file.read()
        assert certificate_shown(every, "two.example") == pem("two.example")
        assert certificate_shown(every, "one.example") == pem("one.example") == certificate_shown(every)
        trusting = ssl.create_default_context(cafile=f"{home}/one.example.pem")
        every.server.trusting_context = lambda: trusting
        with every.phone("alice", "tls") as alice:
            assert alice.register().status == 200
            every.server.write_config(text + tls.format(home, "new.example"))
            every.server.process.send_signal(signal.SIGHUP)
            wait_until(lambda: certificate_shown(every) == pem("new.example"), 10, "the new certificate")
            assert alice.register().status == 200  # on its old connection
            every.server.write_config(text + tls.format(home, "lost.example"))
            every.server.process.send_signal(signal.SIGHUP)
            wait_until(lambda: "lost.example.pem" in every.server.log(), 10, "the complaint")
            assert certificate_shown(every) == pem("new.example")


def test_a_server_that_cannot_read_its_certificate_says_which_and_does_not_start():
    every = EveryTransport('[tls]\ncertificates = ["/nowhere/a.pem"]\nkeys = ["/nowhere/a.key"]\n')
    every.server.write_config(every.server.config)
    done = run("serve", every.server.config_path, "--state", every.server.folder, check=False)
    assert done.returncode == 1 and "/nowhere/a.pem" in done.stderr, done


# --- WebSocket.

def test_what_is_no_websocket_handshake_of_sip_gets_an_http_error():
    with EveryTransport("[websocket]\norigins = [\"https://phone.example.com\"]\n") as every:
        def status(**how):
            with every.connect("ws") as stream:
                return WebSocket(stream, "127.0.0.1", **how).status
        assert status() == 101
        assert status(protocol=None) == 400
        assert status(protocol="chat") == 400
        assert status(origin="https://phone.example.com") == 101
        assert status(origin="https://evil.example") == 403
        with every.connect("ws") as stream:
            stream.sendall(b"GET /index.html HTTP/1.1\r\nHost: x\r\n\r\n")
            assert stream.recv(4096).startswith(b"HTTP/1.1 4")


def test_frames_that_break_the_rules_end_the_connection_with_the_code_for_it():
    with EveryTransport() as every:
        def code(frame):
            with every.connect("ws") as stream:
                websocket = WebSocket(stream, "127.0.0.1")
                stream.sendall(frame)
                while (answer := websocket.receive()) is not None:
                    if answer[0] == 8:
                        return int.from_bytes(answer[1][:2], "big")
        assert code(b"\x81\x05hello") == 1002  # not masked
        assert code(b"\x81\x82\0\0\0\0\xff\xfe") == 1007
        assert code(b"\x82\xff" + (1 << 40).to_bytes(8, "big") + b"\0\0\0\0x") == 1009
        with every.phone("alice", "ws") as alice:
            assert alice.register().status == 200
            alice.websocket.send(b"hello", opcode=9)
            assert alice.websocket.receive() == (10, b"hello")


def test_a_browser_that_is_gone_is_not_called():
    with EveryTransport() as every, every.phone("alice", "udp") as alice:
        with every.phone("bob", "ws") as bob:
            assert bob.register().status == 200
        wait_until(lambda: every.server.status()["connections"] == 0, 10, "the connection to end")
        assert alice.register().status == 200
        assert alice.call(f"sip:bob@{alice.domain}").fails() == 480
