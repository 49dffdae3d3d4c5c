"""The commands beside `serve`: accounts, bindings, status, check, parse; with a server and without."""
import contextlib
import json
import os
import pathlib
import shutil
import tempfile

from peers.almon import Almon, run
from peers.sip import Phone

VECTORS = pathlib.Path(__file__).resolve().parent / "vectors"
COMMANDS = ("serve", "user", "check", "parse", "route", "status", "bindings", "version")
STATUS_FIELDS = {"uptime_seconds", "invites_in_progress", "server_transactions", "client_transactions",
                 "bindings",
                 "users", "messages_per_second", "memory_octets", "malformed", "requests", "responses"}


@contextlib.contextmanager
def stopped():
    """A state folder that no server uses."""
    place = Almon()
    yield place
    shutil.rmtree(place.home, ignore_errors=True)


@contextlib.contextmanager
def running():
    with Almon(users=["first:secret"]) as server:
        server.run("user", "remove", "first@127.0.0.1")
        yield server


def refused(done, *words):
    assert done.returncode == 1 and done.stdout == "", (done.returncode, done.stdout)
    assert len(done.stderr.splitlines()) == 1 and all(word in done.stderr for word in words), done.stderr


def users_of(place):
    text = place.run("user", "list").stdout.split()
    listed = json.loads(place.run("user", "list", "--json").stdout)
    assert text == listed
    return listed


def accounts_come_and_go(place):
    assert users_of(place) == []
    place.run("user", "add", "alice@127.0.0.1", "--password", "secret-a")
    place.run("user", "add", "bob@127.0.0.1", "--password-file", "-", stdin="secret-b\n")
    made = place.run("user", "add", "carol@127.0.0.1").stdout.split()
    assert made[:2] == ["sip:carol@127.0.0.1", "password"] and len(made) == 3 and len(made[2]) >= 12, made
    assert users_of(place) == ["alice@127.0.0.1", "bob@127.0.0.1", "carol@127.0.0.1"]
    refused(place.run("user", "add", "alice@127.0.0.1", check=False), "alice@127.0.0.1", "exists")
    place.run("user", "remove", "carol@127.0.0.1")
    refused(place.run("user", "remove", "carol@127.0.0.1", check=False), "carol@127.0.0.1")
    refused(place.run("user", "passwd", "carol@127.0.0.1", "--password", "x", check=False), "carol@127.0.0.1")
    assert users_of(place) == ["alice@127.0.0.1", "bob@127.0.0.1"]


def register(server, user, password, expires=600):
    with Phone(server, user, password) as phone:
        return phone.register(expires).status


def test_accounts_without_a_server():
    with stopped() as place:
        accounts_come_and_go(place)
        with place as server:
            assert register(server, "alice", "secret-a") == 200
            assert register(server, "bob", "secret-b") == 200
            assert register(server, "carol", "secret-c") == 401


def test_accounts_with_a_running_server():
    with running() as server:
        accounts_come_and_go(server)
        assert register(server, "alice", "secret-a") == 200
        assert register(server, "bob", "secret-b") == 200
        server.stop()
        server.start()
        assert register(server, "bob", "secret-b") == 200


def test_a_new_password_counts_at_once_and_the_old_one_no_more():
    with Almon(users=["alice:old"]) as server:
        server.run("user", "passwd", "alice@127.0.0.1", "--password-file", "-", stdin="new\n")
        assert register(server, "alice", "old") == 401
        assert register(server, "alice", "new") == 200


def test_a_removed_users_phone_registers_no_more():
    with Almon(users=["alice:secret-a"]) as server, Phone(server, "alice", "secret-a") as alice:
        assert alice.register().status == 200
        server.run("user", "remove", "alice@127.0.0.1")
        assert alice.register().status == 401
        assert alice.register(expires=0).status == 401


def test_the_database_of_a_server_that_does_not_listen_to_commands_is_left_alone():
    with running() as server:
        os.remove(os.path.join(server.folder, "control"))
        refused(server.run("user", "add", "alice@127.0.0.1", "--password", "x", check=False), "in use",
                server.folder)
        refused(server.run("bindings", check=False), "in use", server.folder)


def test_names_that_are_none():
    for place in (stopped, running):
        with place() as where:
            for name in ("", "alice", "@127.0.0.1", "alice@", "al ice@127.0.0.1"):
                refused(where.run("user", "add", name, "--password", "x", check=False), "name")
            assert where.run("user", "add", "alice@127.0.0.1\nbob", check=False).returncode == 1
            refused(where.run("user", "add", "a@b", "--password-file", "-", check=False, stdin=""), "empty")
            refused(where.run("user", "add", "a@b", "--password-file", "/nowhere/x", check=False),
                    "/nowhere/x")
            assert users_of(where) == []


def test_bindings_are_the_same_with_and_without_a_server():
    with Almon(users=["alice:secret-a", "bob:secret-b"]) as server, \
            Phone(server, "alice", "secret-a") as alice, Phone(server, "bob", "secret-b") as bob:
        assert alice.register(300).status == 200
        assert bob.register(contact=f"Contact: <{bob.contact}>;q=0.5\r\n").status == 200
        assert server.status()["bindings"] == 2

        def look():
            rows = {row["aor"]: row for row in server.bindings()}
            assert server.bindings("alice@127.0.0.1") == [rows["sip:alice@127.0.0.1"]]
            assert server.bindings("nobody@127.0.0.1") == []
            text = server.run("bindings").stdout
            assert [text.count(phone.contact) for phone in (alice, bob)] == [1, 1], text
            return {aor: (row["contact"], row["q"], row["transport"]) for aor, row in rows.items()}
        online = look()
        assert online == {"sip:alice@127.0.0.1": (alice.contact, 1.0, "udp"),
                          "sip:bob@127.0.0.1": (bob.contact, 0.5, "udp")}
        server.stop()
        assert look() == online


def test_status():
    with running() as server, Phone(server, "ping") as phone:
        before = server.status()
        assert STATUS_FIELDS <= set(before), STATUS_FIELDS - set(before)
        assert phone.ask("OPTIONS", f"sip:{server.address}").status == 200
        phone.send(b"OPTIONS nonsense\r\n\r\n")
        phone.receive(0.2)
        after = server.status()
        assert after["requests"] == before["requests"] + 1 and after["malformed"] == before["malformed"] + 1
        assert after["memory_octets"] > 1_000_000 and after["users"] == 0
        shown = server.run("status").stdout.splitlines()
        assert len(shown) >= 6 and all(len(line.split()) >= 2 for line in shown), shown
        server.stop()
        refused(server.run("status", check=False), "no server", server.folder)
        assert not server.run("status", "--json", check=False).stdout


# --- check

def check(text):
    with tempfile.TemporaryDirectory(prefix="almon-test.") as folder:
        path = os.path.join(folder, "almon.toml")
        pathlib.Path(path).write_text(text)
        done = run("check", path, check=False)
        return done.returncode, (done.stdout + done.stderr).replace(path, "FILE").splitlines()


def test_check_finds_nothing_wrong_with_a_good_file():
    assert check('[server]\nlisten = ["udp:127.0.0.1:5060"]\n')[0] == 0
    assert check("")[0] == 0


def test_check_names_file_line_column_what_was_expected_and_the_nearest_key():
    text = '[server]\nlisen = []\n[proxy]\ntimer_c = 180\n\n[store]\n  durability = "comit"\n[loging]\n'
    code, lines = check(text)
    assert code == 1 and len(lines) == 4, lines
    assert lines[0].startswith("FILE:2:1: ") and "`lisen`" in lines[0] and "`listen`" in lines[0]
    assert lines[1].startswith("FILE:4:11: ") and "181" in lines[1] and "seconds" in lines[1]
    assert lines[2].startswith("FILE:7:16: ") and '"commit"' in lines[2] and '"memory"' in lines[2]
    assert lines[3].startswith("FILE:8:") and "loging" in lines[3]


def test_check_of_what_is_no_toml_or_no_file():
    code, lines = check("[server]\nlisten = [\n")
    assert code == 1 and lines[0].startswith("FILE:")
    done = run("check", "/nowhere/almon.toml", check=False)
    assert done.returncode == 1 and done.stderr.startswith("/nowhere/almon.toml: ")


def test_the_documented_configurations_are_good_ones():
    found = 0
    for page in (pathlib.Path(__file__).resolve().parents[1] / "docs").glob("*.md"):
        for example in page.read_text().split("```toml\n")[1:]:
            found += 1
            assert check(example.split("```")[0])[0] == 0, (page.name, example)
    assert found >= 9


# --- route

def test_the_explanation_of_the_page_is_what_is_said():
    page = (pathlib.Path(__file__).resolve().parents[1] / "docs" / "routing.md").read_text()
    command, said = page.split("```\n$ almon ")[1].split("```")[0].split("\n", 1)
    with tempfile.TemporaryDirectory(prefix="almon-test.") as folder:
        path = os.path.join(folder, "almon.toml")
        pathlib.Path(path).write_text(page.split("```toml\n")[1].split("```")[0])
        shown = run(*command.replace("almon.toml", path).split()).stdout.replace(path, "almon.toml")
    assert shown == said, shown


def test_a_route_is_explained_by_the_configuration_alone():
    with tempfile.TemporaryDirectory(prefix="almon-test.") as folder:
        path = os.path.join(folder, "almon.toml")
        pathlib.Path(path).write_text('[[route]]\nuser = "0*"\nto = ["sip:{rest}@192.0.2.5"]\n')
        asked = ("route", "explain", "alice@127.0.0.1", "030@127.0.0.1", "--config", path)
        shown = run(*asked).stdout
        assert f"{path}:1 fits" in shown and "sip:30@192.0.2.5" in shown and "dry run" in shown, shown
        told = json.loads(run(*asked, "--method", "OPTIONS", "--json").stdout)
        assert told["dry_run"] and told["role"] == "proxy" and told["method"] == "OPTIONS", told
        assert [place["uri"] for place in told["places"]] == ["sip:30@192.0.2.5"], told
    refused(run("route", "explain", "alice@127.0.0.1", "@", check=False), "`sip:@`", "no SIP URI")


# --- parse

def test_parse_shows_a_message_as_json():
    done = run("parse", str(VECTORS / "rfc4475" / "wsinv.dat"))
    shown = json.loads(done.stdout)
    assert (shown["method"], shown["cseq"]["number"], shown["max_forwards"]) == ("INVITE", 9, 68)
    assert shown["to"]["tag"] == "1918181833n" and len(shown["via"]) == 3 and shown["body_octets"] == 150


def test_parse_says_what_is_wrong_and_where():
    done = run("parse", str(VECTORS / "rfc4475" / "badinv01.dat"), check=False)
    error = json.loads(done.stdout)["error"]
    assert done.returncode == 1 and error["status"] == 400 and error["field"] == "Via"
    assert error["offset"] > 0 and error["line"] > 1 and error["column"] > 1 and "RFC 3261" in error["rule"]


def test_parse_of_several_files_and_of_standard_input():
    good, bad = (str(VECTORS / "rfc4475" / name) for name in ("esc01.dat", "scalar02.dat"))
    done = run("parse", good, bad, good, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1 and ["error" in line for line in lines] == [False, True, False]
    assert [line["file"] for line in lines] == [good, bad, good]
    for arguments in ((), ("-",)):
        done = run("parse", *arguments, stdin="OPTIONS sip:a SIP/2.0\r\n\r\n", check=False)
        assert done.returncode == 1 and "error" in json.loads(done.stdout)
    done = run("parse", "/nowhere/x", check=False)
    assert done.returncode == 1 and "error" in json.loads(done.stdout)


# --- the program itself

def test_version_and_help():
    assert run("version").stdout.startswith("almon ")
    shown = run("help").stdout
    assert all(f"\n  {command} " in shown for command in COMMANDS), shown
    for command in COMMANDS:
        assert run(command, "--help").stdout.strip()


def test_what_it_does_not_understand():
    for arguments in ((), ("nonsense",), ("serve", "--lisen", "udp:127.0.0.1:5060"), ("user",), ("check",)):
        done = run(*arguments, check=False)
        assert done.returncode != 0 and done.stderr.strip() and not done.stdout, (arguments, done)
    assert "--lisen" in run("serve", "--lisen", "x", check=False).stderr
    done = run("serve", "--listen", "udp:nowhere", check=False)
    assert done.returncode == 1 and "udp:nowhere" in done.stderr
