"""Calendars of other programs (RFC 5545) as schedules: read, convert, write."""
