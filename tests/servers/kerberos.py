"""A Kerberos realm for tests: its own database and key server on loopback, gone afterwards.

    with Realm(folder, users={"alice": "password"}, services=["pop/localhost"]) as realm:
        realm.environment             for whoever takes part
        realm.keytab                  the keys of the services
        realm.log_in("alice")         gets a ticket, which lies where realm.environment says
"""

import os
import pathlib
import shutil
import socket
import subprocess
import time

NAME = "TEST.EXAMPLE"
PROGRAMS = ("krb5kdc", "kdb5_util", "kadmin.local", "kinit")
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"

CLIENTS = """
[libdefaults]
default_realm = {name}
dns_lookup_kdc = false
dns_canonicalize_hostname = false
rdns = false
udp_preference_limit = 1
[realms]
{name} = {{
    kdc = 127.0.0.1:{port}
}}
[domain_realm]
localhost = {name}
"""

SERVER = """
[kdcdefaults]
kdc_listen = ""
kdc_tcp_listen = 127.0.0.1:{port}
[realms]
{name} = {{
    database_name = {folder}/principal
    key_stash_file = {folder}/stash
    acl_file = {folder}/acl
}}
[logging]
kdc = FILE:{folder}/kdc.log
"""


class Realm:
    def __init__(self, folder, users, services):
        self.folder, self.users, self.services = pathlib.Path(folder), users, services
        self.keytab = self.folder / "keytab"
        self.environment = {"KRB5_CONFIG": str(self.folder / "krb5.conf"), "KRB5_KDC_PROFILE": str(self.folder / "kdc.conf"),
                            "KRB5CCNAME": f"FILE:{self.folder}/tickets", "KRB5RCACHETYPE": "none"}
        self.process = None

    @staticmethod
    def missing():
        """Why there can be none here, or None."""
        absent = [program for program in PROGRAMS if not shutil.which(program, path=PATH)]
        return f"{', '.join(absent)} is not installed" if absent else None

    def run(self, *arguments, **options):
        return subprocess.run(arguments, env={**os.environ, **self.environment, "PATH": PATH}, check=True, capture_output=True, **options)

    def __enter__(self):
        self.folder.mkdir(exist_ok=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        for name, text in (("krb5.conf", CLIENTS), ("kdc.conf", SERVER)):
            (self.folder / name).write_text(text.format(name=NAME, port=port, folder=self.folder))
        self.run("kdb5_util", "create", "-s", "-r", NAME, "-P", "master")
        for user, password in self.users.items():
            self.run("kadmin.local", "-r", NAME, "-q", f"addprinc -pw {password} {user}")
        for service in self.services:
            self.run("kadmin.local", "-r", NAME, "-q", f"addprinc -randkey {service}")
            self.run("kadmin.local", "-r", NAME, "-q", f"ktadd -k {self.keytab} {service}")
        self.process = subprocess.Popen(["krb5kdc", "-n", "-r", NAME], env={**os.environ, **self.environment, "PATH": PATH},
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return self
            time.sleep(0.05)
        self.__exit__()
        raise RuntimeError("the key server did not start")

    def log_in(self, user):
        self.run("kinit", user, input=self.users[user].encode())

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
