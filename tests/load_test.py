"""`almon load`: registrations, calls and OPTIONS against a server of ours, and against nobody."""
import json
import os
import signal
import subprocess

from peers.almon import PROGRAM, Almon, run, takes, wait_until
from peers.ports import free_port
from peers.sip import Phone

TRUSTED = '[access]\ntrusted = ["127.0.0.0/8"]\n'


def load(kind, address, *arguments, code=0):
    """The report."""
    done = run("load", kind, address, *arguments, "--json", check=False)
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return json.loads(done.stdout)


def succeeded(report, count):
    assert (report["sent"], report["ok"], report["failed"]) == (count, count, 0), report
    latency = report["latency_us"]["answer"]
    assert latency["count"] == count and 0 < latency["p50"] <= latency["p99_9"] <= latency["max"], report
    assert report["rate"] > 0 and report["cpu_us"] > 0 and not report["interrupted"], report


@takes(5)
def test_a_thousand_registrations_and_five_hundred_calls():
    with Almon(config=TRUSTED) as server:
        report = load("register", server.address, "--window", "20", "--count", "1000", "--source-ports", "10")
        succeeded(report, 1000)
        assert server.status()["bindings"] == 100
        report = load("call", server.address, "--rate", "250", "--count", "500", "--users", "20",
                      "--user-pattern", "callee%03d", "--hold", "100")
        succeeded(report, 500)
        assert report["registration"]["ok"] == 20
        assert report["latency_us"]["bye"]["count"] == 500
        assert report["rate"] < 260, report
        assert server.bindings("callee001@127.0.0.1") == [], "callees leave nothing behind"
        succeeded(load("options", server.address, "--window", "5", "--count", "100"), 100)


@takes(5)
def test_passwords_over_udp_and_tcp():
    users = [f"user{number}:secret" for number in range(1, 6)]
    with Almon(users=users) as server:
        for transport in ("udp", "tcp"):
            common = ["--users", "5", "--transport", transport, "--source-ports", "3", "--window", "5"]
            succeeded(load("register", server.address, "--count", "50", "--password", "secret", *common), 50)
            succeeded(load("call", server.address, "--count", "50", "--password", "secret", *common), 50)
            report = load("register", server.address, "--count", "10", *common, code=1)
            assert report["failed_by_status"] == {"401": 10}, report


def test_options_to_a_user():
    with Almon(config=TRUSTED) as server, Phone(server, "user1") as phone:
        assert phone.register().status == 200
        process = subprocess.Popen(
            [PROGRAM, "load", "options", server.address, "--users", "1", "--count", "1", "--json"],
            stdout=subprocess.PIPE, text=True)
        phone.reply(phone.expect("OPTIONS"), 200)
        report = json.loads(process.communicate(timeout=30)[0])
        assert process.returncode == 0 and report["ok"] == 1, report


def test_a_call_to_nobody_fails_under_its_status():
    with Almon(config=TRUSTED) as server:
        report = load("options", server.address, "--users", "3", "--count", "3", "--window", "3", code=1)
        assert report["failed"] == 3 and set(report["failed_by_status"]) <= {"404", "480"}, report


def test_a_server_that_is_not_there():
    nobody = f"127.0.0.1:{free_port()}"
    report = load("register", nobody, "--count", "20", "--window", "20", "--t1", "10", code=1)
    assert report["timeouts"] == report["failed"] == 20 and report["ok"] == 0, report
    assert 20 * 5 <= report["retransmissions"] <= 20 * 6, report  # the sixth is due 10 ms before the end
    report = load("call", nobody, "--count", "20", "--users", "2", "--t1", "10", code=1)
    assert report["sent"] == 0 and report["registration"]["timeouts"] == 2, report
    refused = run("load", "register", nobody, "--transport", "tcp", "--count", "1", check=False)
    assert refused.returncode == 1 and f"cannot connect to TCP {nobody}" in refused.stderr, refused


def test_a_name_is_refused_kindly():
    for name in ("localhost", "example.com:5060"):
        refused = run("load", "register", name, check=False)
        assert refused.returncode == 1 and refused.stdout == "", refused
        assert len(refused.stderr.splitlines()) == 1 and "no numeric address" in refused.stderr, refused.stderr


@takes(3)
def test_an_interruption_ends_it_with_the_report():
    with Almon(config=TRUSTED) as server:
        with open(os.path.join(server.home, "progress"), "w+") as progress:
            process = subprocess.Popen(
                [PROGRAM, "load", "call", server.address, "--rate", "100", "--hold", "60000", "--users", "5"],
                stdout=subprocess.PIPE, stderr=progress, text=True)
            wait_until(lambda: os.path.getsize(progress.name) > 0, 10, "a line of progress")
            process.send_signal(signal.SIGINT)
            text = process.communicate(timeout=20)[0]
            progress.seek(0)
            assert "outstanding" in progress.read()
        assert process.returncode == 0, text
        assert "interrupted" in text and "BYE to 200" in text and "own CPU" in text, text
        wait_until(lambda: server.status()["invites_in_progress"] == 0, what="the calls to end")
