"""sipsak asks what the server and a phone can do."""
import subprocess

from peers.almon import Almon
from peers.ports import own_address
from peers.sip import Phone


def sipsak(*arguments):
    return subprocess.Popen(["sipsak", "-vvv", *arguments], stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True)


def said_by(process):
    text = process.communicate(timeout=20)[0]
    return process.returncode, text[text.rfind("\nSIP/2.0 "):]


def test_the_server_tells_what_it_can_do():
    with Almon(host=own_address(), port=5060) as server:  # sipsak cuts a port to four digits
        code, answer = said_by(sipsak("-s", f"sip:{server.address}"))
        assert code == 0 and answer.startswith("\nSIP/2.0 200 "), answer
        assert all(f"\n{field}: " in answer for field in ("Allow", "Accept", "Supported")), answer
        assert all(method in answer for method in ("OPTIONS", "REGISTER")), answer


def test_a_users_phone_is_asked_by_another_user():
    with Almon(users=["sipsak:a", "bob:b"], host=own_address(), port=5060) as server, \
            Phone(server, "bob", "b") as bob:
        assert bob.register().status == 200
        asking = sipsak("-s", f"sip:bob@{server.host}", "-u", "sipsak", "-a", "a")
        asked = bob.expect("OPTIONS")
        assert asked.uri == bob.contact
        bob.reply(asked, 200, "OK", fields="Allow: INVITE, NOTHING-ELSE\r\n")
        code, answer = said_by(asking)
        assert code == 0 and "NOTHING-ELSE" in answer, answer


def test_a_stranger_learns_nothing_of_a_user():
    with Almon(users=["bob:b"], host=own_address(), port=5060) as server, Phone(server, "bob", "b") as bob:
        assert bob.register().status == 200
        code, answer = said_by(sipsak("-s", f"sip:bob@{server.host}", "-a", "guess"))
        assert code != 0 and answer.startswith("\nSIP/2.0 407 "), answer
        bob.hears_nothing()
