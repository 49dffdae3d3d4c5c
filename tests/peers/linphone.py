"""linphonec (Debian's linphone-cli) as a scripted phone: told what to do on its standard input."""
import os
import shutil
import subprocess
import tempfile

from .ports import free_port

CONFIG = """[sip]
sip_port={port}
bind_address=127.0.0.1
use_ipv6=0
sip_tcp_port=-1
sip_tls_port=-1
default_proxy=0
register_only_when_network_is_up=0

[rtp]
audio_rtp_port={rtp_port}

[proxy_0]
reg_proxy=<sip:{address}>
reg_identity=sip:{user}@{address}
reg_expires=600
reg_sendregister=1
publish=0

[auth_info_0]
username={user}
passwd={password}
realm={realm}
"""


class Linphone:
    def __init__(self, user, password, server):
        self.user, self.password, self.realm = user, password, server.host
        self.address = server.address
        self.folder = tempfile.mkdtemp(prefix=f"linphone-{user}.")
        self.process = None

    def __enter__(self):
        os.makedirs(f"{self.folder}/.local/share/linphone")
        with open(f"{self.folder}/rc", "w") as file:
            file.write(CONFIG.format(port=free_port(), rtp_port=free_port(2), address=self.address,
                                     user=self.user,
                                     password=self.password, realm=self.realm))
        with open(f"{self.folder}/log", "w") as log:
            self.process = subprocess.Popen(["linphonec", "-d", "6", "-l", f"{self.folder}/trace", "-c",
                                             f"{self.folder}/rc"],
                                            env={**os.environ, "HOME": self.folder}, stdin=subprocess.PIPE,
                                            stdout=log, stderr=subprocess.STDOUT, text=True)
        self.say("soundcard use files")
        self.say("codec enable 0")
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def trace(self):
        """What it sent and received, and what it thought about that."""
        with open(f"{self.folder}/trace", errors="replace") as file:
            return file.read()
