"""Settings for every test."""

import os

from hypothesis import settings

# No deadline: two cores shared by several test workers make a slow example no fault of the code.
settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")
