"""Kamailio's own basic example (misc/examples/kemi, native script), made to run beside ours.

The example is not part of this repository. Debian's package ``kamailio`` ships it in
/usr/share/doc/kamailio/examples/kemi; it is also in Kamailio's source at the tag of the version.
Only what ties it to a machine or a MySQL server is changed; the routing script is included as it is.
"""

from __future__ import annotations

import re
from pathlib import Path

DEBIAN = Path("/usr/share/doc/kamailio/examples/kemi")
MAIN, SCRIPT = "kamailio-basic-kemi.cfg", "kamailio-basic-kemi-native.cfg"


class NotFoundError(Exception):
    """The example is not where it was said to be."""


def command(example: Path, work: Path, address: str, workers: int, passwords: dict[str, str] | None) -> list[str]:
    """The arguments that start the example in the foreground; with ``passwords`` it asks for digests.

    ``passwords`` maps user names to passwords of the domain ``address``.
    """
    for name in (MAIN, SCRIPT):
        if not (example / name).is_file():
            raise NotFoundError(f"{example} holds no {name}: install Debian's kamailio package or give --native")
    text = (example / MAIN).read_text(encoding="utf-8")
    text = re.sub(r"^#!define WITH_.*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"^import_file .*$", "", text, flags=re.MULTILINE)
    text = re.sub(r'include_file ".*native\.cfg"', f'include_file "{(example / SCRIPT).resolve()}"', text)
    text = text.replace("children=2", f"children={workers}")
    text = text.replace("\nport=5060", f"\nlisten=udp:{address}:5060\nauto_aliases=no")
    control = f'modparam("ctl", "binrpc", "unix:{work / "control"}")\n'
    text = text.replace("# ----- tm params -----", control + "# ----- tm params -----", 1)
    if passwords is not None:
        text = _with_digest(text, work, address, passwords)
    config = work / "native.cfg"
    config.write_text(text, encoding="utf-8")
    return [
        "kamailio",
        "-f",
        str(config),
        "-DD",
        "-E",
        "-x",
        "fm",
        "-X",
        "fm",
        "-m",
        "256",
        "-M",
        "64",
        "-Y",
        str(work),
    ]


def _with_digest(text: str, work: Path, address: str, passwords: dict[str, str]) -> str:
    """Turn the example's authentication on, with Kamailio's text database for MySQL."""
    tables = work / "tables"
    tables.mkdir()
    tables.joinpath("version").write_text("table_name(string) table_version(int)\nsubscriber:7\n", encoding="ascii")
    rows = "".join(f"{user}:{address}:{password}\n" for user, password in sorted(passwords.items()))
    header = "username(string) domain(string) password(string)\n"
    tables.joinpath("subscriber").write_text(header + rows, encoding="ascii")
    text = text.replace(
        "#!define MULTIDOMAIN 0", f'#!define WITH_AUTH\n#!define DBURL "text://{tables}"\n#!define MULTIDOMAIN 0'
    )
    return text.replace('loadmodule "auth.so"', 'loadmodule "db_text.so"\nloadmodule "auth.so"')
