"""How a server starts, is told to reload, ends, and what it says when it cannot begin."""
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time

from peers.almon import PROGRAM, Almon, takes, wait_until
from peers.ports import own_address
from peers.sip import Phone, alice_and_bob

USERS = ["alice:secret-a", "bob:secret-b"]


def refused_start(*arguments, seconds=10):
    """What it says on its way out."""
    done = subprocess.run([PROGRAM, "serve", *arguments], capture_output=True, text=True, timeout=seconds)
    assert done.returncode == 1, done
    assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr


# --- Starting.

def test_the_first_start_makes_two_accounts_that_work():
    with Almon() as server:
        said = [line for line in server.log().splitlines() if not re.match(r"\d{4}-\d\d-\d\dT", line)]
        assert len(said) <= 10, said
        made = re.findall(r"sip:(\w+)@([\d.]+)\s+password\s+(\S+)", "\n".join(said))
        assert len(made) == 2 and {domain for _, domain, _ in made} == {server.host}, said
        (first, _, secret), (second, _, other_secret) = made
        assert secret != other_secret and len(secret) >= 12
        with Phone(server, first, secret) as alice, Phone(server, second, other_secret) as bob:
            assert alice.register().status == 200 and bob.register().status == 200
            call = alice.call(f"sip:{second}@{server.address}")
            bob.reply(bob.expect("INVITE"), 200, "OK")
            call.answered()


def test_the_second_start_makes_no_accounts():
    with Almon() as server:
        before = len(server.log())
        server.stop()
        server.start()
        assert "password" not in server.log()[before:]
        assert len(server.run("user", "list").stdout.splitlines()) == 2


def test_a_start_with_a_configuration_makes_no_accounts():
    with Almon(config="") as server:
        assert "password" not in server.log()
        assert server.run("user", "list").stdout == ""


def test_only_the_owner_can_read_the_state_folder():
    with tempfile.TemporaryDirectory(prefix="almon-test.") as folder:
        state = os.path.join(folder, "not", "yet", "there")
        command = [PROGRAM, "serve", "--state", state, "--listen", f"udp:{own_address()}:5060"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              umask=0) as server:
            wait_until(lambda: os.path.exists(os.path.join(state, "control")), 5, "the control socket")
            assert os.stat(state).st_mode & 0o777 == 0o700
            for name in os.listdir(state):
                assert os.stat(os.path.join(state, name)).st_mode & 0o077 == 0, name
            server.send_signal(signal.SIGTERM)
            assert server.wait(5) == 0


def test_two_servers_on_one_state_folder():
    with Almon() as server:
        said = refused_start("--state", server.folder, "--listen", f"udp:{own_address()}:5060")
        assert server.folder in said and "in use" in said, said
        with Phone(server, "ping") as phone:
            assert phone.ask("OPTIONS", f"sip:{server.address}").status == 200


def check_port_is_taken(transport, shards):
    config = f"[server]\nshards = {shards}\n"
    with Almon(config=config) as server, tempfile.TemporaryDirectory(prefix="almon-test.") as folder:
        said = refused_start(server.config_path, "--state", folder, "--listen",
                             f"{transport}:{server.address}")
        assert server.address in said and "in use" in said, said


def test_a_port_that_another_almon_uses():
    for transport in ("udp", "tcp"):
        for shards in (1, 2):
            check_port_is_taken(transport, shards)


def test_a_port_that_another_program_uses():
    kinds = {"udp": socket.SOCK_DGRAM, "tcp": socket.SOCK_STREAM}
    for transport, kind in kinds.items():
        with socket.socket(socket.AF_INET, kind) as other, \
                tempfile.TemporaryDirectory(prefix="almon-test.") as folder:
            other.bind((own_address(), 5060))
            if transport == "tcp":
                other.listen()
            place = "%s:%d" % other.getsockname()
            said = refused_start("--state", folder, "--listen", f"{transport}:{place}")
            assert place in said and "in use" in said, said


def test_an_address_that_is_not_ours_and_a_folder_that_cannot_be():
    with tempfile.TemporaryDirectory(prefix="almon-test.") as folder:
        assert "192.0.2.1:5060" in refused_start("--state", folder, "--listen", "udp:192.0.2.1:5060")
        assert "/dev/null/state" in refused_start("--state", "/dev/null/state", "--listen", "udp:127.0.0.1:0")


# --- Stopping.

def test_a_call_that_is_being_set_up_is_finished_before_the_end():
    with Almon(users=USERS) as server, alice_and_bob(server) as (alice, bob):
        call = alice.call(f"sip:bob@{server.address}")
        invite = bob.expect("INVITE")
        bob.reply(invite, 180, "Ringing")
        alice.expect(180)
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: "stopping" in server.log(), 5, "the server to say that it stops")
        with Phone(server, "bob", "secret-b") as late:
            answer = late.ask("INVITE", f"sip:alice@{server.address}")
            assert answer.status == 503 and int(answer.field("Retry-After")) > 0, answer
        assert server.process.poll() is None
        bob.reply(invite, 200, "OK")
        call.answered()
        assert server.process.wait(5) == 0


def test_a_second_sigterm_ends_it_at_once():
    with Almon(users=USERS) as server, alice_and_bob(server) as (alice, bob):
        alice.call(f"sip:bob@{server.address}")
        bob.reply(bob.expect("INVITE"), 180, "Ringing")
        alice.expect(180)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert server.process.poll() is None
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(2) == 0


@takes(31)
def test_who_rings_for_ever_does_not_keep_a_server_from_ending():
    with Almon(users=USERS) as server, alice_and_bob(server) as (alice, bob):
        alice.call(f"sip:bob@{server.address}")
        bob.reply(bob.expect("INVITE"), 180, "Ringing")
        alice.expect(180)
        begun = time.monotonic()
        server.stop()
        assert 29 < time.monotonic() - begun < 33


# --- Reloading.

def reload(server, text, outcome):
    said = server.log().count(outcome)
    server.write_config(text)
    server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: server.log().count(outcome) > said, 5, f"the server to say: {outcome}")


def test_a_good_configuration_is_swapped_in_and_a_bad_one_refused_whole():
    with Almon(users=["alice@example.com:secret-a", "alice@example.org:secret-a"],
               config='[server]\ndomains = ["example.com"]\n') as server:
        with Phone(server, "alice", "secret-a", domain="example.com") as com, \
                Phone(server, "alice", "secret-a", domain="example.org") as org:
            assert com.register().status == 200 and org.register().status in (403, 407)
            reload(server, '[server]\ndomains = ["example.org"]\n', "configuration reloaded")
            assert org.register().status == 200 and com.register().status in (403, 407)
            reload(server, '[server]\ndomains = ["example.com"]\ntypo = 1\n', "refused")
            assert "almon.toml:3:1" in server.log() and "typo" in server.log()
            assert org.register().status == 200 and com.register().status in (403, 407)
            reload(server, '[server]\ndomains = ["example.com", "example.org"]\n', "configuration reloaded")
            assert org.register().status == 200 and com.register().status == 200


def test_a_reload_changes_whom_we_trust():
    with Almon(users=USERS, config="") as server, Phone(server, "alice") as alice:
        assert alice.register().status == 401
        reload(server, '[access]\ntrusted = ["127.0.0.0/8"]\n', "configuration reloaded")
        assert alice.register().status == 200


def test_a_call_goes_on_while_the_configuration_is_reloaded():
    with Almon(users=USERS, config="") as server, alice_and_bob(server) as (alice, bob):
        call = alice.call(f"sip:bob@{server.address}")
        invite = bob.expect("INVITE")
        bob.reply(invite, 180, "Ringing")
        alice.expect(180)
        reload(server, "[proxy]\ntimer_c = 200\n", "configuration reloaded")
        bob.reply(invite, 200, "OK")
        call.answered()
        bob.expect("ACK")


def test_a_reload_changes_the_rules():
    with Almon(users=USERS, config="") as server, alice_and_bob(server) as (alice, bob):
        reload(server, '[[route]]\nuser = "bob"\nrole = "reject"\nstatus = 480\n', "configuration reloaded")
        assert alice.call(f"sip:bob@{server.address}").fails() == 480
        reload(server, '[[route]]\nuser = "bob"\n[[route]]\nuser = "bob"\n', "refused")
        assert alice.call(f"sip:bob@{server.address}").fails() == 480
        reload(server, "", "configuration reloaded")
        alice.call(f"sip:bob@{server.address}")
        bob.expect("INVITE")


# --- The log.

def test_the_log_in_json_and_without_private_data():
    with Almon(users=USERS, config='[log]\njson = true\nprivate = true\n') as server, \
            Phone(server, "mallory", domain="evil.example") as stranger:
        assert stranger.ask("INVITE", "sip:victim@192.0.2.1", call_id="call-id-of-mallory").status == 403
        lines = [json.loads(line) for line in server.log().splitlines() if line.startswith("{")]
        assert {"serving", "request refused"} <= {line["event"] for line in lines}, lines
        assert "call-id-of-mallory" not in server.log()
