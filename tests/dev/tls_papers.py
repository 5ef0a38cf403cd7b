"""Certificates for tests of TLS, good and wrong, from `strata certs` and, where it makes no such thing, from openssl."""

import datetime
import pathlib
import subprocess

CONFIG = """[ca]
default_ca = all
[all]
database = {0}/index.txt
new_certs_dir = {0}
rand_serial = yes
default_md = sha256
default_days = 10
policy = names
unique_subject = no
[names]
commonName = supplied
"""
CLIENT = "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n"


def day(days):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days)).strftime("%Y%m%d%H%M%SZ")


class Papers:
    """In a folder: NAME.pem and NAME.key for each NAME, ca.pem, revoked.pem."""

    def __init__(self, strata, folder):
        self.strata = strata
        self.folder = pathlib.Path(folder)
        self.certs("init")
        self._openssl_folder = self.folder / "openssl"
        self._openssl_folder.mkdir()
        (self._openssl_folder / "index.txt").touch()
        self._config = self._openssl_folder / "config"
        self._config.write_text(CONFIG.format(self._openssl_folder))

    def certs(self, action, *words):
        subprocess.run([self.strata, "certs", action, self.folder, *words], check=True, capture_output=True)

    def issue(self, name, names, use="client"):
        self.certs("issue", name, "--names", names, "--for", use)

    def at(self, name):
        return str(self.folder / name)

    def openssl(self, *words):
        subprocess.run(["openssl", *words], check=True, capture_output=True)

    def make(self, name, extensions=CLIENT, names="email:ada@example.com", by="ca", begin=-1, end=5, subject=None,
             key=("ec", "-pkeyopt", "ec_paramgen_curve:P-256")):
        """As `issue`, but for what a good authority wouldn't do."""
        request = self.at(name + ".csr")
        self.openssl("req", "-new", "-newkey", *key, "-nodes", "-keyout", self.at(name + ".key"), "-out", request,
                     "-subj", f"/CN={subject or name}")
        more = self._openssl_folder / "extensions"
        more.write_text(extensions + (f"subjectAltName={names}\n" if names else ""))
        signer = ["-selfsign", "-keyfile", self.at(name + ".key")] if by is None else [
            "-cert", self.at(by + ".pem"), "-keyfile", self.at(by + ".key")]
        self.openssl("ca", "-batch", "-config", str(self._config), *signer, "-in", request, "-notext",
                     "-out", self.at(name + ".pem"), "-extfile", str(more), "-startdate", day(begin),
                     "-enddate", day(end))
