"""The rtpengine target: one ``rtpengine.conf`` for each media relay, and how to start it."""

from .emit import TARGET, command, config_path

__all__ = ["TARGET", "command", "config_path"]
