"""``python -m ringplan.diagnostics > docs/codes.md`` writes the page of all codes."""

import sys

from .codes import codes_markdown

if __name__ == "__main__":
    sys.stdout.write(codes_markdown())
