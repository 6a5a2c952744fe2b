"""What the exchange itself says, in the languages of its tenants."""

from __future__ import annotations

from collections.abc import Mapping

LANGUAGES = ("cs", "en", "sk")

_WORDS: Mapping[str, Mapping[str, str]] = {
    "accept": {
        "cs": "Zpětné volání. Pro přijetí stiskněte jedničku.",
        "en": "Call back. To accept, press one.",
        "sk": "Spätné volanie. Na prijatie stlačte jednotku.",
    },
    "ask": {
        "cs": "Zadejte telefonní číslo a stiskněte křížek.",
        "en": "Dial the number, then press hash.",
        "sk": "Zadajte telefónne číslo a stlačte krížik.",
    },
    "choose": {
        "cs": "Stiskněte {key}, volaný je:",
        "en": "Press {key} for",
        "sk": "Stlačte {key}, volaný je:",
    },
    "directly": {
        "cs": "Tísňové číslo volejte přímo ze svého telefonu.",
        "en": "Please dial emergency numbers directly from your phone.",
        "sk": "Tiesňové číslo volajte priamo zo svojho telefónu.",
    },
    "extension": {
        "cs": "Zadejte číslo linky a stiskněte křížek.",
        "en": "Dial the extension, then press hash.",
        "sk": "Zadajte číslo linky a stlačte krížik.",
    },
    "failed": {
        "cs": "Volaný účastník není dostupný.",
        "en": "The person you are calling is not available.",
        "sk": "Volaný účastník nie je dostupný.",
    },
    "goodbye": {
        "cs": "Na shledanou.",
        "en": "Goodbye.",
        "sk": "Dovidenia.",
    },
    "invalid": {
        "cs": "Neplatná volba.",
        "en": "That is not a valid choice.",
        "sk": "Neplatná voľba.",
    },
    "name": {
        "cs": "Na klávesách vyťukejte příjmení a stiskněte křížek.",
        "en": "Spell the surname on the keypad, then press hash.",
        "sk": "Na klávesoch vyťukajte priezvisko a stlačte krížik.",
    },
    "recording": {
        "cs": "Tento hovor je nahráván.",
        "en": "This call is being recorded.",
        "sk": "Tento hovor je nahrávaný.",
    },
}


def text(language: str, name: str) -> str:
    """The sentence; KeyError for what there is none for. ``choose`` has ``{key}``, and a name follows it."""
    return _WORDS[name][language]
