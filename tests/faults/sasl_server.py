"""The server's side of every mechanism that popfetch speaks, for a Peer: each checks what it is shown, and SCRAM proves itself.

    log_in(peer, "SCRAM-SHA-256", {"demo": "password"})       after the greeting; True, or False after -ERR
"""

import base64
import hashlib
import hmac
import re

ITERATIONS = 4096
TIMESTAMP = "<1896.697170952@pop.example.org>"


def b64(data):
    return base64.b64encode(data if isinstance(data, bytes) else data.encode()).decode()


def ask(peer, challenge):
    peer.say("+ " + b64(challenge))
    return base64.b64decode(peer.hear(), validate=True)


def opened(peer, mechanism):
    """The client's first response, with the command or after an empty challenge."""
    words = peer.expect(f"AUTH {mechanism}").split(" ")
    if len(words) == 2:
        return ask(peer, "")
    return base64.b64decode("" if words[2] == "=" else words[2], validate=True)


def user_and_pass(peer, users):
    name = peer.expect("USER").removeprefix("USER ")
    peer.say("+OK")
    return users.get(name) == peer.expect("PASS").removeprefix("PASS ")


def apop(peer, users):
    _, name, digest = peer.expect("APOP").split(" ")
    return digest == hashlib.md5((TIMESTAMP + users[name]).encode()).hexdigest()


def plain(peer, users):
    _, name, password = opened(peer, "PLAIN").decode().split("\0")
    return users.get(name) == password


def login(peer, users):
    peer.expect("AUTH LOGIN")
    name = ask(peer, "Username:").decode()
    return users.get(name) == ask(peer, "Password:").decode()


def cram_md5(peer, users):
    peer.expect("AUTH CRAM-MD5")
    name, digest = ask(peer, TIMESTAMP).decode().split(" ")
    return digest == hmac.new(users[name].encode(), TIMESTAMP.encode(), "md5").hexdigest()


def scram(peer, users, mechanism, iterations):
    digest = "sha1" if "SHA-1" in mechanism else "sha256"
    header, bare = re.fullmatch(r"([^,]*,[^,]*,)(.*)", opened(peer, mechanism).decode()).groups()
    name, nonce = re.fullmatch(r"n=([^,]*),r=([^,]*)", bare).groups()
    binding = peer.connection.get_channel_binding("tls-unique") if mechanism.endswith("-PLUS") else b""
    first = f"r={nonce}+server,s={b64('salt of this server')},i={iterations}"
    final = ask(peer, first).decode()
    channel, joint, proof = re.fullmatch(r"c=([^,]*),r=([^,]*),p=(.*)", final).groups()
    signed = f"{bare},{first},c={channel},r={joint}".encode()
    salted = hashlib.pbkdf2_hmac(digest, users[name].encode(), b"salt of this server", iterations)
    client = hmac.digest(salted, b"Client Key", digest)
    signature = hmac.digest(hashlib.new(digest, client).digest(), signed, digest)
    expected = bytes(a ^ b for a, b in zip(client, signature))
    if base64.b64decode(proof) != expected or base64.b64decode(channel) != header.encode() + binding or joint != nonce + "+server":
        return False
    return ask(peer, "v=" + b64(hmac.digest(hmac.digest(salted, b"Server Key", digest), signed, digest))) == b""


def token(peer, users, mechanism):
    message = opened(peer, mechanism).decode()
    shown = re.search(r"auth=Bearer ([^\x01]*)\x01\x01$", message)[1]
    if shown in users.values():
        return True
    ask(peer, '{"status":"invalid_token","scope":"mail\x1b[2J"}')
    return False


def external(peer):
    opened(peer, "EXTERNAL")
    return peer.connection.getpeercert() is not None


def verdict(peer, mechanism, users, iterations):
    if mechanism == "USER":
        return user_and_pass(peer, users)
    if mechanism == "EXTERNAL":
        return external(peer)
    if mechanism.startswith("SCRAM"):
        return scram(peer, users, mechanism, iterations)
    if mechanism in ("XOAUTH2", "OAUTHBEARER"):
        return token(peer, users, mechanism)
    return {"APOP": apop, "PLAIN": plain, "LOGIN": login, "CRAM-MD5": cram_md5}[mechanism](peer, users)


def log_in(peer, mechanism, users, iterations=ITERATIONS):
    peer.capabilities = ("UIDL", "TOP", mechanism if mechanism == "USER" else f"SASL {mechanism}")
    peer.say(f"+OK ready {TIMESTAMP}")
    good = verdict(peer, mechanism, users, iterations)
    peer.say("+OK" if good else "-ERR [AUTH] no")
    return good
