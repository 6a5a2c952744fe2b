"""What the attendant plays and asks: prompts, announcements, menus and callbacks.

The caller moves through menus by keys. All times are limits of waiting: what the caller does within them is his.
"""

from __future__ import annotations

from dataclasses import field

from ringplan.diagnostics import Span
from ringplan.values import dataclass

KEYS = "0123456789*#"
"""What a menu can ask for (services: S0:703-708)."""
_WORDS = 60
"""Characters of a spoken prompt that people are shown."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """Something that is played, once; equal content is one prompt."""

    id: str
    """``novak/prompts/<first 16 digits of digest>``; sorts and compares by content."""
    language: str
    """``cs``, ``sk`` or ``en``: the voice of ``say``; of a file what the manifest says of it."""
    say: str | None
    """Text that becomes speech; None: a file."""
    file: str | None
    """Path relative to the tenant's folder, with ``/``; None: speech."""
    digest: str
    """Hexadecimal digest of the text and its voice, or of the file's bytes."""
    span: Span
    audio: bytes = field(default=b"", repr=False, compare=False)
    """The file's bytes; empty for speech. ``digest`` stands for them wherever prompts are compared."""

    @property
    def words(self) -> str:
        """The prompt in a few words, for people: the beginning of what is said, or the file."""
        if self.say is None:
            return self.file or self.id
        return f"“{self.say if len(self.say) <= _WORDS else self.say[:_WORDS].rstrip() + '…'}”"


@dataclass(frozen=True, slots=True)
class Transfer:
    """The call goes on at another node; when nobody takes it, the menu's ``failed`` decides."""

    to: str
    """Node id."""
    prompt: str | None
    """Played before (transfer with prompt)."""


@dataclass(frozen=True, slots=True)
class Submenu:
    """Another IVR, in the same answered call; no diversion."""

    to: str
    """Node id of an `Ivr`."""


@dataclass(frozen=True, slots=True)
class Return:
    """Back to the menu the caller came from; in the first menu as `Repeat`."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """The menu from its greeting on."""


@dataclass(frozen=True, slots=True)
class DialExtension:
    """The caller dials an extension; it ends with ``#``, with the longest extension's length, or with the inter-digit
    time."""

    prompt: str | None
    department: str | None
    """Only extensions of this department and those below it; None: all of the tenant."""
    extensions: tuple[str, ...] = ()
    """The extensions of the department's users, sorted; empty without a department."""


@dataclass(frozen=True, slots=True)
class DialName:
    """The caller spells a name on the keypad (E.161), surname first; ends as `DialExtension`.

    One match is called. Of several, up to nine are read out, and a key chooses.
    """

    prompt: str | None
    directory: tuple[tuple[str, str, str], ...]
    """Digits of the name, node, and the prompt with the name; sorted."""
    choose: tuple[str, ...] = ()
    """Nine prompts, *press 1 for* to *press 9 for*; each is played before a name of a list."""


@dataclass(frozen=True, slots=True)
class Play:
    """A prompt, then the menu again from its greeting."""

    prompt: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """The exchange ends the call."""

    prompt: str | None
    """Played before."""


Action = Transfer | Submenu | Return | Repeat | DialExtension | DialName | Play | HangUp


@dataclass(frozen=True, slots=True)
class Retry:
    """What follows when the caller did not do as he was asked."""

    times: int
    """How often the menu is repeated before ``then``, 0 to 9."""
    prompt: str | None
    """Played each time, before the greeting or ``then``."""
    then: Action
    """Never `DialExtension`, `DialName`, `Play` or `Repeat`."""


@dataclass(frozen=True, slots=True)
class Menu:
    """One menu of an IVR."""

    greeting: str | None
    """Prompt; None: silence."""
    keys: tuple[tuple[str, Action], ...]
    """Sorted by key."""
    dial_extensions: bool
    """Whether an extension may be dialled at once, without a key for it (first-level extension dialling).

    A key that also begins an extension waits ``inter_digit_ms`` for more digits.
    """
    barge_in: bool
    """Whether a digit stops the greeting; otherwise digits during the greeting are ignored."""
    first_digit_ms: int
    """How long the caller may think after the greeting."""
    inter_digit_ms: int
    """How long between two digits of an extension or a name."""
    no_input: Retry
    invalid: Retry
    """A key without meaning, an unknown extension or name."""
    failed: Retry
    """The target of a transfer was busy, silent, barred or not reachable. Its ``times`` is how often the caller gets
    back to the menu."""


@dataclass(frozen=True, slots=True)
class Ivr:
    """Answers the call and asks the caller where to go; a node."""

    id: str
    """``novak/ivr/main``."""
    name: str
    extension: str | None
    number: str | None
    external_number: str | None
    """E.164 number that stands for the IVR outside, when it transfers a call."""
    language: str
    """Of the system's own words, ``cs``, ``sk`` or ``en``."""
    holidays: str | None
    """Schedule during which ``holiday`` is played; before ``hours``."""
    hours: str | None
    """Schedule outside which ``closed`` is played; None: ``open`` always."""
    open: Menu
    closed: Menu | None
    """Exactly when there are ``hours``."""
    holiday: Menu | None
    """Exactly when there are ``holidays``."""
    max_ms: int
    """The longest time in menus in all; then the exchange hangs up."""
    plan: str
    """The calling plan of what it transfers."""
    span: Span


@dataclass(frozen=True, slots=True)
class Announcement:
    """Plays something and ends the call, a node; the caller does not pay, because the call is never answered (183)."""

    id: str
    """``novak/announcements/closed``."""
    name: str
    extension: str | None
    number: str | None
    prompt: str
    times: int
    """How often it is played, 1 to 5."""
    code: int
    """Final SIP code."""
    reason: str
    """Reason phrase; from a fixed list."""
    span: Span


@dataclass(frozen=True, slots=True)
class Callback:
    """A number that calls its employees back; a node.

    It refuses the call of an allowed number before answering, calls that number back and connects it with what is
    dialled there.
    """

    id: str
    """``novak/callback/field_staff``."""
    name: str
    number: str
    """Own E.164 number, which both is called and calls back."""
    allowed: tuple[tuple[str, str], ...]
    """E.164 number and the user whose plan and identity the call has; sorted."""
    otherwise: str
    """Where all other callers go."""
    delay_ms: int
    """Between the refusal and the call back, at least 2,000."""
    interval_ms: int
    """The least time between two calls back to one number."""
    accept: str
    """Prompt: who accepts presses 1 (voicemail does not)."""
    ask: str
    """Prompt: dial the number, then ``#``."""
    directly: str
    """Prompt: emergency numbers have to be dialled directly."""
    failed: str
    """Prompt: not reachable or not allowed."""
    record: bool
    """Whether the connected call is recorded; no target of ours can do that yet (RP701)."""
    announced: str | None
    """Prompt both hear before that; given whenever ``record`` is."""
    keep_days: int
    """How long recordings are kept."""
    plan: str
    """The calling plan of the call back to the employee."""
    span: Span
