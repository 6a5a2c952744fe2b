"""The attendant's call control, run by the second Kamailio's app_python3 (KEMI).

``machine`` and the scripts (``menus``, ``announcing``, ``calling_back``, ``clicking``) are pure: a session and an event
in, commands out. ``shell`` is all that speaks with Kamailio and the media relays, and has no opinion.
"""
