"""Ringplan: compiles tenants of a hosted telephone exchange and proves the result."""
