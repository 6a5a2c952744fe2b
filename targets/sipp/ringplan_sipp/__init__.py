"""The SIPp target: generated scenarios, and the driver that plays them on a real stack."""
