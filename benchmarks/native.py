"""Kamailio's own basic example (misc/examples/kemi, native script), made to run beside ours.

The example is not part of this repository. Debian's package ``kamailio`` ships it in
/usr/share/doc/kamailio/examples/kemi; it is also in Kamailio's source at the tag of the version.
What ties it to a machine or a MySQL server is changed, and with media its own ``WITH_NAT`` way is turned on with
rtpengine in place of rtpproxy, for every call. All changes are substitutions that must find their text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

DEBIAN = Path("/usr/share/doc/kamailio/examples/kemi")
MAIN, SCRIPT = "kamailio-basic-kemi.cfg", "kamailio-basic-kemi-native.cfg"
MEDIA_FLAGS = "replace-origin replace-session-connection replace-username replace-session-name ICE=remove"
"""What our exchange asks of rtpengine; also ``delete-delay=0``, or calls that are over would keep their ports."""


class NotFoundError(Exception):
    """The example is not where it was said to be."""


@dataclass(frozen=True)
class Variant:
    """What is added to the bare example."""

    passwords: dict[str, str] | None = None
    """Passwords of the domain ``address`` by user name; with them it asks for digests."""
    relay: str | None = None
    """``host:port`` of the rtpengine that anchors every call; None: no media."""
    timing: bool = True
    """Whether it measures and logs how long every action takes, as it is shipped."""


def command(example: Path, work: Path, address: str, workers: int, variant: Variant) -> list[str]:
    """The arguments that start the example in the foreground."""
    for name in (MAIN, SCRIPT):
        if not (example / name).is_file():
            raise NotFoundError(f"{example} holds no {name}: install Debian's kamailio package or give --native")
    text = (example / MAIN).read_text(encoding="utf-8")
    script = (example / SCRIPT).read_text(encoding="utf-8")
    text = re.sub(r"^#!define WITH_.*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"^import_file .*$", "", text, flags=re.MULTILINE)
    included = f'include_file "{work / SCRIPT}"'
    text = re.sub(r'include_file ".*native\.cfg"', included, text)
    if included not in text:
        raise NotFoundError(f"{MAIN} does not include {SCRIPT}")
    text = _replaced(text, "children=2", f"children={workers}")
    text = _replaced(text, "\nport=5060", f"\nlisten=udp:{address}:5060\nauto_aliases=no")
    control = f'modparam("ctl", "binrpc", "unix:{work / "control"}")\n'
    text = _replaced(text, "# ----- tm params -----", control + "# ----- tm params -----")
    if not variant.timing:
        for setting in ("latency_cfg_log=2", "latency_log=2", "latency_limit_action=100000"):
            text = _replaced(text, f"\n{setting}\n", "\n")
    if variant.passwords is not None:
        text = _with_digest(text, work, address, variant.passwords)
    if variant.relay is not None:
        text, script = _with_media(text, script, variant.relay)
    config = work / "native.cfg"
    config.write_text(text, encoding="utf-8")
    (work / SCRIPT).write_text(script, encoding="utf-8")
    return [
        *("kamailio", "-f", str(config), "-DD", "-E", "-x", "fm", "-X", "fm"),
        *("-m", "256", "-M", "64", "-Y", str(work)),
    ]


def _replaced(text: str, old: str, new: str) -> str:
    """``text`` with the only ``old`` replaced; another version of the example must not be measured by accident."""
    if text.count(old) != 1:
        raise NotFoundError(f"the example holds {text.count(old)} times, not once: {old!r}")
    return text.replace(old, new)


def _with_media(text: str, script: str, relay: str) -> tuple[str, str]:
    """Anchor every call on an rtpengine, where the example would anchor calls from behind NAT on an rtpproxy."""
    text = _replaced(text, "#!define MULTIDOMAIN 0", "#!define WITH_NAT\n#!define MULTIDOMAIN 0")
    text = _replaced(text, 'loadmodule "rtpproxy.so"', 'loadmodule "rtpengine.so"')
    text = _replaced(
        text,
        'modparam("rtpproxy", "rtpproxy_sock", "udp:127.0.0.1:7722")',
        f'modparam("rtpengine", "rtpengine_sock", "udp:{relay}")',
    )
    script = _replaced(script, "\tif (!(isflagset(FLT_NATS) || isbflagset(FLB_NATB)))\n\t\treturn;\n", "")
    return text, _replaced(script, 'rtpproxy_manage("co");', f'rtpengine_manage("{MEDIA_FLAGS} delete-delay=0");')


def _with_digest(text: str, work: Path, address: str, passwords: dict[str, str]) -> str:
    """Turn the example's authentication on, with Kamailio's text database for MySQL."""
    tables = work / "tables"
    tables.mkdir()
    tables.joinpath("version").write_text("table_name(string) table_version(int)\nsubscriber:7\n", encoding="ascii")
    rows = "".join(f"{user}:{address}:{password}\n" for user, password in sorted(passwords.items()))
    header = "username(string) domain(string) password(string)\n"
    tables.joinpath("subscriber").write_text(header + rows, encoding="ascii")
    text = _replaced(
        text, "#!define MULTIDOMAIN 0", f'#!define WITH_AUTH\n#!define DBURL "text://{tables}"\n#!define MULTIDOMAIN 0'
    )
    return _replaced(text, 'loadmodule "auth.so"', 'loadmodule "db_text.so"\nloadmodule "auth.so"')
