"""Prompts: what tenants record or write becomes A-law audio that a media relay plays without gaps.

``wav`` looks at a recording, ``speech`` makes one of a text, ``audio`` converts either, ``words`` holds the exchange's
own sentences, ``identity`` names a prompt by its content.
"""
