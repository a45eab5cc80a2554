#!/usr/bin/env python3
"""TLS that goes wrong, seen from the user's side. usage: tls_test.py POPFETCH"""

import pathlib
import socket
import ssl
import subprocess

import stage
from stage import Stage

LETTER = b"Subject: hello\n\nhello\n"
PASSWORD_COMMANDS = ("USER", "PASS", "AUTH", "APOP")
LONGEST_KEY = pathlib.Path(__file__).resolve().parents[1] / "data" / "rsa16384.key"


def drop(peer):
    """Ends TCP without the end of TLS."""
    descriptor = peer.connection.detach()
    socket.socket(fileno=descriptor).close()


class Tls(Stage):
    def setUp(self):
        super().setUp()
        self.certificates = self.authority()

    def implicit(self, *talks, context=None, **keys):
        server = self.scripted(*talks, context=context or self.certificates.context())
        self.configure(server, tls="implicit", host="127.0.0.1", tls_ca_file=self.certificates.ca, **keys)
        return server

    def starttls(self, *talks, **keys):
        server = self.scripted(*talks)
        self.configure(server, tls="starttls", tls_ca_file=self.certificates.ca, **keys)
        return server

    def assert_no_login(self, server):
        self.assertFalse([line for line in server.heard if line.split(" ")[0].upper() in PASSWORD_COMMANDS])


class Starttls(Tls):
    def test_T01_replies_behind_the_answer_to_STLS_end_it_before_the_handshake(self):
        after = []

        def talk(peer):
            peer.greet()
            peer.expect("STLS")
            peer.send(b"+OK begin TLS\r\n+OK injected\r\n")
            after.append(peer.connection.recv(100))
        server = self.starttls(talk)
        self.assertEqual(self.error("a", status=76)["class"], "tls.injection")
        server.finish()
        self.assertEqual(after, [b""], "no ClientHello")
        self.assert_no_login(server)

    def test_T02_T03_STLS_that_is_not_had_is_the_end_and_nothing_is_sent_in_clear(self):
        answers = {"-ERR unknown command": (76, "tls.unavailable"), "HTTP/1.1 400": (76, "proto.bad_reply"), None: (75, "net.eof")}
        for answer, (status, kind) in answers.items():
            for capa in ("+OK\r\nUSER\r\nSASL PLAIN\r\n.", "-ERR"):
                with self.subTest(answer=answer, capa=capa):
                    def talk(peer, answer=answer, capa=capa):
                        peer.say("+OK ready")
                        while (line := peer.hear()) != "STLS":
                            assert line == "CAPA", line
                            peer.say(capa)
                        if answer:
                            peer.say(answer)
                            peer.wait_for_the_end()
                    server = self.starttls(talk)
                    self.assertEqual(self.error("a", status=status)["class"], kind)
                    server.finish()
                    self.assert_no_login(server)

    def test_T04_what_the_clear_line_offers_is_worth_nothing_after_STLS(self):
        """The clear line offers PLAIN and a timestamp for APOP; under TLS there is neither, and the user wants one of them."""
        context = self.certificates.context()

        def talk(peer):
            peer.greet("STLS", "SASL PLAIN", text="+OK <1896.697170952@clear.example.org>")
            peer.expect("STLS")
            peer.say("+OK")
            peer.start_tls(context)
            peer.capabilities = ("UIDL",)
            peer.wait_for_the_end()
        for auth in ("APOP", "PLAIN"):
            server = self.starttls(talk, auth=auth)
            self.assertEqual(self.error("a", "--force", status=77)["class"], "auth.no_mechanism")
            server.finish()
            self.assert_no_login(server)


class Certificates(Tls):
    def test_T07_every_refusal_names_its_reason_and_the_leaf_and_no_password_goes_out(self):
        good = self.certificates
        stranger = stage.Authority(self.home / "stranger")
        server_name = ["-subj", "/CN=server", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
        cases = {
            "tls.certificate_name": good.issue("other", "-subj", "/CN=other", "-addext", "subjectAltName=DNS:other.example.org"),
            "tls.certificate_untrusted": stranger.server(),
            "tls.certificate_purpose": good.issue("client", *server_name, "-addext", "extendedKeyUsage=clientAuth"),
        }
        for kind, (certificate, key) in cases.items():
            with self.subTest(kind):
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(certificate, key)
                server = self.implicit(lambda peer: (peer.greet(), peer.wait_for_the_end()), context=context)
                error = self.error("a", status=76)
                self.assertEqual(error["class"], kind)
                self.assertRegex(error["text"], "SHA-256 [0-9a-f]{64}")
                self.assertEqual(server.heard, [])

    def test_T10_a_Diffie_Hellman_group_of_1024_bits_is_refused_in_plain_words(self):
        """OpenSSL's servers refuse to offer 512 bits themselves."""
        group = self.home / "dh.pem"
        subprocess.run(["openssl", "dhparam", "-dsaparam", "-out", group, "1024"], check=True, capture_output=True)
        certificate, key = self.home / "rsa.pem", self.home / "rsa.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", certificate,
                        "-CA", self.certificates.ca, "-CAkey", self.certificates.folder / "ca.key", "-subj", "/CN=server", "-addext",
                        "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0")
        context.load_cert_chain(certificate, key)
        context.load_dh_params(group)
        server = self.implicit(lambda peer: (peer.greet(), peer.wait_for_the_end()), context=context)
        error = self.error("a", status=76)
        self.assertIn("dh key too small", error["text"])
        self.assertEqual(server.heard, [])

    def test_C10_T10_no_configuration_of_OpenSSL_in_the_environment_lowers_what_is_asked_for(self):
        context = self.certificates.context()
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
        server = self.implicit(lambda peer: (peer.greet(), peer.wait_for_the_end()), context=context)
        self.environment["OPENSSL_CONF"] = str(self.write("openssl.cnf", "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\n"
                                                          "MinProtocol = TLSv1\nCipherString = ALL:@SECLEVEL=0\nOptions = UnsafeLegacyServerConnect\n"))
        self.environment["SSL_CERT_FILE"] = str(self.certificates.ca)
        error = self.error("a", status=76)
        self.assertEqual(error["class"], "tls.version")
        self.assertEqual(server.heard, [])

    def test_T18_a_key_of_16384_bits_is_dealt_with_in_time(self):
        certificate = self.home / "large.pem"
        subprocess.run(["openssl", "req", "-x509", "-key", LONGEST_KEY, "-days", "2", "-out", certificate, "-subj", "/CN=large",
                        "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, LONGEST_KEY)
        server = self.implicit(lambda peer: (peer.greet(), peer.session(LETTER)), context=context)
        self.configure(server, tls="implicit", tls_ca_file=certificate)
        self.fetch()                     # whether OpenSSL takes it or not, it does so at once; this one does
        self.assertEqual(self.delivered(), [LETTER])

    def test_T15_each_account_shows_its_own_client_certificate_or_none(self):
        shown = {}

        def talk(peer):
            certificate = peer.connection.getpeercert()
            peer.greet()
            name = peer.expect("USER").removeprefix("USER ")
            shown[name] = dict(x[0] for x in certificate["subject"])["commonName"] if certificate else None
            peer.say("+OK")
            peer.expect("PASS")
            peer.say("+OK")
            peer.scan()
            peer.wait_for_the_end()
        context = self.certificates.context()
        context.verify_mode = ssl.CERT_OPTIONAL
        context.load_verify_locations(self.certificates.ca)
        server = self.implicit(talk, context=context, user="none")
        for name in ("alice", "bob"):
            certificate, key = self.certificates.client(name)
            self.configure(server, account=name, append=True, tls="implicit", tls_ca_file=self.certificates.ca, user=name,
                           deliver=f"maildir:{name}", tls_client_cert=certificate, tls_client_key=key)
        self.fetch()
        self.assertEqual(shown, {"none": None, "alice": "alice", "bob": "bob"})


class Cut(Tls):
    def test_T11_a_line_cut_without_the_end_of_TLS_in_a_message_delivers_nothing_of_it(self):
        def cut(peer):
            peer.greet()
            peer.log_in()
            peer.scan(LETTER)
            peer.expect("RETR 1")
            peer.send(b"+OK\r\nSubject: hel")
            drop(peer)

        def whole(peer):
            peer.greet()
            peer.session(LETTER)
        self.implicit(cut, whole, delete="never")
        self.fetch(status=75)
        self.assertEqual(self.delivered(), [])
        self.fetch("a", "--force")   # else the message at which it broke waits
        self.assertEqual(self.delivered(), [LETTER])

    def test_T11_after_the_reply_to_QUIT_nobody_minds(self):
        def talk(peer):
            peer.greet()
            peer.log_in()
            peer.scan(LETTER)
            peer.retr(1, LETTER)
            peer.expect("DELE 1")
            peer.say("+OK")
            peer.quit()
            drop(peer)
        self.implicit(talk, delete="fetched")
        self.assertEqual(self.fetch().text, "")
        self.assertEqual(self.delivered(), [LETTER])



if __name__ == "__main__":
    stage.main()
