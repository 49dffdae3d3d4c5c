"""The call flows of RFC 3665 as data: who sends what to whom."""
import dataclasses
import pathlib
import re

import yaml

from .ports import own_address
from .sip import Message

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "vectors" / "flows" / "rfc3665"

# Who is at home where. almon looks no names up, so each place of a flow gets an address of its own, and all
# names of the place become this address, as if the RFC had been written with addresses: in URIs, Via, realms
# and Call-IDs. Names of places that a flow does without stay names, and bodies stay as they are.
PLACES = (
    ("Alice", ("client.atlanta.example.com",)),
    ("Bob", ("client.biloxi.example.com",)),
    ("Bob", ("client.chicago.example.com",)),
    ("Proxy 1", ("ss1.atlanta.example.com", "atlanta.example.com")),
    ("Proxy 2", ("ss2.biloxi.example.com", "biloxi.example.com")),
    ("Proxy 3", ("ss3.chicago.example.com", "chicago.example.com")),
    # Its realm in the RFC is atlanta.example.com; with us a password belongs to the realm of its domain.
    ("SIP Server", ("ss2.biloxi.example.com", "biloxi.example.com", "atlanta.example.com")),
)

ALICES_HOP = "client.atlanta.example.com:5060;branch=z9hG4bK74b21"
BOBS_HOP = "ss2.biloxi.example.com:5060;branch=z9hG4bK721e4.1"
BOBS_CONTACT = "Contact: <sip:bob@client.biloxi.example.com>\n"
# What is printed and breaks RFC 3261, and what must stand there.
SLIPS = {
    # §17.1.1.3: the ACK to a failure has the topmost Via of its INVITE.
    ("3.3", 8): (ALICES_HOP, "ss1.atlanta.example.com:5060;branch=z9hG4bK230f2.1"),
    ("3.8", 18): (BOBS_HOP, "ss1.atlanta.example.com:5060;branch=z9hG4bK2d4790.1"),
    # The ACK that Alice sent has no Contact, and no proxy makes one up.
    ("3.3", 20): (BOBS_CONTACT, ""),
    ("3.3", 21): (BOBS_CONTACT, ""),
    # §9.1: a CANCEL has the Request-URI of its INVITE.
    ("3.8", 11): ("CANCEL sip:alice@atlanta.example.com", "CANCEL sip:bob@biloxi.example.com"),
    # §16.7 step 6 and §16.8: who had no final response at all says 408.
    ("3.10", 12): ("480 No Response", "408 Request Timeout"),
    ("3.10", 14): ("480 No Response", "408 Request Timeout"),
    # The body of the INVITE that follows begins with this line.
    ("3.11", 1): ("\no=alice", "\nv=0\no=alice"),
}


@dataclasses.dataclass
class Step:
    number: int  # 5 of F5
    sender: str
    receiver: str
    message: Message


class Flow:
    def __init__(self, section):
        chapter, number = section.split(".")
        [path] = FOLDER.glob(f"{chapter}.{int(number):02}_*.yaml")
        text = path.read_text()
        ways = read_ladder(text)
        present = {part for way in ways for part in way}
        here = [(part, names, own_address()) for part, names in PLACES
                if part in present and any(name in text for name in names)]
        self.addresses = {}  # of a part, in the order of PLACES
        for part, _, address in here:
            self.addresses.setdefault(part, []).append(address)
        names = {name: address for _, names, address in here for name in names}
        printed = yaml.safe_load(text)
        assert len(printed) == len(ways), path
        self.steps = [Step(number, *way, read_message(corrected(section, number, message), names))
                      for number, (way, message) in enumerate(zip(ways, printed), 1)]
        self.transport = "tcp" if "/TCP " in self.steps[-1].message.field("Via") else "udp"


def read_ladder(text):
    """[(sender, receiver)] of F1, F2 …: the arrow of a message is in the line below its label."""
    lines = [line[1:] for line in text.splitlines() if line.startswith("#")]
    first = next(index for index, line in enumerate(lines) if "|" in line)
    parts = re.split(r"\s{2,}", lines[first - 1].strip())
    bars = [bar.start() for bar in re.finditer(r"\|", lines[first])]
    assert len(parts) == len(bars), lines[first - 1]

    def part_at(column):
        return parts[min(range(len(bars)), key=lambda index: abs(bars[index] - column))]
    ways = {}
    for line, below in zip(lines[first:], lines[first + 1:]):
        labels = re.findall(r"\bF(\d+)\b", line)
        arrows = [arrow for arrow in re.finditer(r"(?<=\|)<?-+>?(?=\|)", below) if labels]
        for label, arrow in zip(labels, arrows, strict=True):
            way = part_at(arrow.start()), part_at(arrow.end())
            ways[int(label)] = way if arrow.group().endswith(">") else way[::-1]
    return [ways[number] for number in range(1, len(ways) + 1)]


def corrected(section, number, message):
    printed, right = SLIPS.get((section, number), ("", ""))
    assert printed in message, f"§{section} F{number} has no {printed!r}"
    return message.replace(printed, right, 1) if printed else message


def read_message(text, names):
    head, _, body = text.partition("\n\n")
    head = re.sub(r"\n[ \t]+", " ", head.strip("\n"))
    any_name = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    head = re.sub(rf"(?<![\w.])(?:{any_name})", lambda found: names[found.group()], without_tls(head))
    if "SIP/2.0/TCP" in head:
        head = naming_tcp(head)
    lines = (head + "\n\n" + (body if body.strip() else "")).split("\n")
    return Message("\r\n".join(lines).encode())


def without_tls(head):
    """almon does not speak it yet."""
    return head.replace("sips:", "sip:").replace("SIP/2.0/TLS", "SIP/2.0/TCP").replace(":5061", ":5060")


def naming_tcp(head):
    """In the RFC it is DNS that says so; here the URIs must."""
    head = re.sub(r"^(\w+ sip:[^; ]+)(?= SIP/2.0)", r"\1;transport=tcp", head)
    return head.replace(";lr>", ";transport=tcp;lr>")


# --- What the fields of a message say.

def values(message, name):
    """Each value by itself, be it of a list or of a field of its own."""
    return [value for field in message.all(name) for value in re.split(r",\s*(?=<|SIP/)", field)]


def host_of(uri):
    """Of a URI, bare or in what stands around it."""
    return re.search(r"sips?:(?:[^@>;]*@)?([^:;>\s]+)", uri).group(1)


def hop_of(via):
    """(transport, host)"""
    return re.match(r"SIP/2.0/(\w+)\s+([^:;\s]+)", via).groups()


def parameters(credentials):
    return dict(re.findall(r'(\w+)="?([^",]*)"?', credentials))
