"""Phones that others wrote register with a password, and leave."""
import re

from peers.almon import Almon, wait_until
from peers.baresip import Baresip
from peers.linphone import Linphone
from peers.sip import Phone

USERS = ["alice:secret-a"]


def bound(server):
    return wait_until(server.bindings, 30, "a binding")


def come_and_go(transport):
    with Almon(users=USERS) as server:
        with Baresip("alice", "secret-a", server.address, transport, expires=300) as alice:
            [binding] = bound(server)
            assert binding["aor"].startswith("sip:alice@127.0.0.1"), binding
            assert 295 <= binding["expires"] <= 300, binding
            assert f"127.0.0.1:{alice.sip_port}" in binding["contact"], binding
            assert ("transport=tcp" in binding["contact"]) == (transport == "tcp"), binding
            assert "SIP/2.0 401 " in alice.log(), "no challenge was seen"
            alice.leave()
            wait_until(lambda: server.bindings() == [], 30, "the binding to go")


def test_baresip_comes_and_goes_over_udp():
    come_and_go("udp")


def test_baresip_comes_and_goes_over_tcp():
    come_and_go("tcp")


def test_a_wrong_password_registers_nobody():
    with Almon(users=USERS) as server:
        with Baresip("alice", "guess", server.address) as alice:
            wait_until(lambda: alice.log().count("SIP/2.0 401 ") >= 2, 10, "the second 401")
            assert server.bindings() == []


def test_linphone_uses_sha_256_where_it_is_offered_and_leaves():
    with Almon(users=USERS, config='[access]\ndigest = ["SHA-256", "MD5"]\n') as server:
        with Linphone("alice", "secret-a", server) as alice:
            [binding] = bound(server)
            assert binding["aor"].startswith("sip:alice@127.0.0.1"), binding
            offers = re.findall(r"\nWWW-Authenticate:.*algorithm=([^,\s]+)", alice.trace())
            assert offers[:2] == ["SHA-256", "MD5"], offers
            [proof] = re.findall(r"\nAuthorization:.*", alice.trace())
            assert "algorithm=SHA-256," in proof and re.search(r' response="[0-9a-f]{64}"', proof), proof
            wait_until(lambda: "to [LinphoneRegistrationOk]" in alice.trace(), 30, "linphonec to know it")
            alice.say("unregister")
            wait_until(lambda: server.bindings() == [], 30, "the binding to go")


def test_the_digest_may_be_of_a_realm_of_its_own():
    with Almon(users=["alice@example.com:secret-a"],
               config='[server]\ndomains = ["example.com"]\n') as server:
        with Phone(server, "alice", "secret-a", domain="example.com") as alice:
            assert alice.register().status == 200
            assert 'realm="example.com"' in alice.heard[0].field("WWW-Authenticate")
            assert [row["aor"] for row in server.bindings()] == ["sip:alice@example.com"]
