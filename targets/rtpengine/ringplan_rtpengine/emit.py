"""From the platform's media relays to rtpengine's configuration files.

Facts about the options are from rtpengine 10.5.3.5 (its manual page and a daemon that was really started).
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from ringplan.ir import MediaRelay, Platform, Tenant
from ringplan.target import Artifact, Capability

TOS = {"EF": 184, "CS5": 160, "AF41": 136, "none": 0}
"""IPv4 TOS byte of each priority mark: the DSCP (RFC 4594) in the upper six bits."""

OFFER_TIMEOUT_S = 1_200
"""How long an offer may wait for its answer: longer than five diversions that each ring for 180 s."""


class RtpengineTarget:
    """Emits the media relays' configuration, and the prompts they play."""

    name = "rtpengine"
    version = 1
    capabilities = frozenset({Capability.MEDIA_ANCHORING})

    def emit_shared(self, platform: Platform) -> tuple[Artifact, ...]:
        """One configuration file for each relay, and the tones all tenants share."""
        from . import prompts  # a check asks only what the target can do

        relays = tuple(Artifact(config_path(relay.id), _render(platform, relay)) for relay in platform.relays)
        return relays + prompts.shared(platform)

    def emit_tenant(self, platform: Platform, tenant: Tenant) -> tuple[Artifact, ...]:
        """The tenant's prompts."""
        from . import prompts

        return prompts.of_tenant(platform, tenant)


TARGET = RtpengineTarget()
"""The plug-in ``ringplan.targets`` finds."""


def config_path(relay_id: str) -> str:
    """Where the bundle holds a relay's configuration, relative to the bundle."""
    return f"rtpengine/{relay_id}.conf"


def command(bundle: Path, relay_id: str) -> list[str]:
    """The arguments that start a relay in the foreground, logging to stderr, from its own file only."""
    return ["rtpengine", f"--config-file={bundle / config_path(relay_id)}"]


def _render(platform: Platform, relay: MediaRelay) -> bytes:
    from jinja2 import Environment, StrictUndefined  # costs 50 ms: not for commands that emit nothing

    source = files(__package__).joinpath("templates/rtpengine.conf.j2").read_text(encoding="utf-8")
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, trim_blocks=True, autoescape=False)  # noqa: S701 - not HTML
    template = environment.from_string(source)
    text = template.render(
        relay=relay, tos=TOS[platform.dscp], offer_timeout_s=OFFER_TIMEOUT_S, attendant=platform.attendant
    )
    return text.encode()
