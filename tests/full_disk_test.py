"""A disk that is full refuses registrations, honestly, and nothing else; with room again all is well."""
import contextlib
import os
import resource
import signal
import subprocess
import tempfile

from peers.almon import PROGRAM, Almon, wait_until
from peers.sip import Phone, alice_and_bob

USERS = ["alice:secret-a", "bob:secret-b", "carol:secret-c"]


class SmallDisk:
    """A file system of one megabyte, which is filled by a file. Only root can have one."""
    preparation = None

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="almon-disk.")
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", self.folder], check=True,
                       capture_output=True)

    def fill(self, _):
        with open(os.path.join(self.folder, "filler"), "wb", buffering=0) as file, \
                contextlib.suppress(OSError):
            while file.write(b"x" * 512):
                pass

    def make_room(self, _):
        os.remove(os.path.join(self.folder, "filler"))

    def remove(self):
        subprocess.run(["umount", self.folder], check=True)
        os.rmdir(self.folder)


class SmallFiles:
    """The write-ahead log may not grow: EFBIG instead of ENOSPC."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="almon-disk.")

    @staticmethod
    def preparation():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    def fill(self, process):
        size = os.path.getsize(os.path.join(self.folder, "almon.db-wal"))
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def make_room(self, process):
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def remove(self):
        subprocess.run(["rm", "-r", self.folder], check=True)


def bound(server):
    return {row["aor"] for row in server.bindings()}


def check_all_goes_on_but_registrations(disk):
    with Almon(users=USERS, state=disk.folder, preparation=disk.preparation) as server, \
            alice_and_bob(server) as (alice, bob), \
            Phone(server, "carol", "secret-c") as carol:
        disk.fill(server.process)
        refused = carol.register()
        assert refused.status == 503 and int(refused.field("Retry-After")) > 0, refused
        assert bob.register(expires=0).status == 503
        assert "the store fails" in server.log()
        assert server.run("user", "add", "dan@127.0.0.1", "--password", "x", check=False).returncode == 1

        call = alice.call(f"sip:bob@{server.address}")
        bob.reply(bob.expect("INVITE"), 200, "OK")
        call.answered()
        bob.expect("ACK")
        assert bound(server) == {"sip:alice@127.0.0.1", "sip:bob@127.0.0.1"}

        disk.make_room(server.process)
        wait_until(lambda: carol.register().status == 200, 5, "carol's registration")
        assert "the store works again" in server.log()
        server.kill()
        server.start()
        assert bound(server) == {f"sip:{user}@127.0.0.1" for user in ("alice", "bob", "carol")}


def test_a_full_disk():
    disk = SmallDisk() if os.geteuid() == 0 else SmallFiles()
    try:
        check_all_goes_on_but_registrations(disk)
    finally:
        disk.remove()


def test_files_that_cannot_grow():
    disk = SmallFiles()
    try:
        check_all_goes_on_but_registrations(disk)
    finally:
        disk.remove()


def test_a_start_without_room_says_so():
    with tempfile.TemporaryDirectory(prefix="almon-test.") as folder:
        done = subprocess.run(["almon", "serve", "--state", folder, "--listen", "udp:127.0.0.1:0"],
                              executable=PROGRAM, capture_output=True, text=True, timeout=10,
                              preexec_fn=no_room)
        assert done.returncode == 1 and len(done.stderr.splitlines()) == 1 and folder in done.stderr, done


def no_room():
    SmallFiles.preparation()
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
