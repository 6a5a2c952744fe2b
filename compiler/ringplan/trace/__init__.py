"""``trace``: one call through the reference interpreter, and the lines that decided it."""
