"""Ringplan: compiles tenants of a hosted telephone exchange and proves the result with real calls."""

from typing import Final

__version__: Final = "0.1.0"
"""Version of the distribution; ``tests/diagnostics/test_text.py`` compares it with ``pyproject.toml``."""
