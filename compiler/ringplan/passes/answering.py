"""Lowering of what the attendant does: IVRs with their menus, announcements, callbacks."""

from __future__ import annotations

from ringplan import ir
from ringplan.frontend.spans import Path, SpanTable
from ringplan.prompts import words
from ringplan.values import dataclass
from ringplan_schema import Asked, CallbackPrompts, Ivr, KeyAction, Menu, Prompt, Retry, ThenAction
from ringplan_schema import Tenant as Manifest

from .destinations import Destinations
from .identity import number_above
from .keypad import spelled
from .organisation import department_chain
from .plans import plan_of
from .prompts import Prompts, language_of
from .rejections import ending
from .schedules import resolve

THINKING_MS = 10_000
"""How long a caller may think after a greeting."""
NOTHING_TO_PRESS_MS = 1_000
"""How long a menu in which nothing can be pressed waits: the shortest time there is."""
SILENT_REPEATS = 2
"""How often a menu is played again to a caller who presses nothing."""


def ivr(manifest: Manifest, spans: SpanTable, name: str, to: Destinations, prompts: Prompts) -> ir.Ivr:
    """One IVR."""
    entry, base = manifest.ivr[name], ("ivr", name)
    menus = _Menus(manifest, entry, base, to, prompts, entry.language or language_of(manifest))
    own_plan = f"{manifest.tenant}/ivr/{name}/calling_plan" if entry.calling_plan is not None else None
    hours, holidays = (resolve(manifest, ref, None) if ref else None for ref in (entry.hours, entry.holidays))
    return ir.Ivr(
        id=f"{manifest.tenant}/ivr/{name}",
        name=entry.name or name,
        extension=entry.extension,
        number=entry.number,
        external_number=entry.number or number_above(manifest, entry.department, entry.group),
        language=menus.language,
        holidays=holidays if entry.holiday is not None else None,
        hours=hours if entry.closed is not None else None,
        open=menus.menu("open", entry.open),
        closed=menus.menu("closed", entry.closed) if entry.closed is not None and hours is not None else None,
        holiday=menus.menu("holiday", entry.holiday) if entry.holiday is not None and holidays is not None else None,
        max_ms=entry.max_time,
        plan=plan_of(manifest, entry.department, entry.group, own_plan),
        span=spans.key(base),
    )


@dataclass(frozen=True, slots=True)
class _Menus:
    """Lowers the menus of one IVR."""

    manifest: Manifest
    entry: Ivr
    base: Path
    to: Destinations
    prompts: Prompts
    language: str

    def menu(self, which: str, menu: Menu) -> ir.Menu:
        """One menu."""
        path = (*self.base, which)
        keys = [(key, self._action((*path, "keys", key), action)) for key, action in menu.keys.items()]
        can_press = bool(keys) or menu.dial_extensions
        return ir.Menu(
            greeting=self._played((*path, "greeting"), menu.greeting),
            keys=tuple(sorted(keys, key=lambda pair: pair[0])),
            dial_extensions=menu.dial_extensions,
            barge_in=menu.barge_in,
            first_digit_ms=menu.first_digit or (THINKING_MS if can_press else NOTHING_TO_PRESS_MS),
            inter_digit_ms=menu.inter_digit,
            no_input=self._no_input(path, menu),
            invalid=self._retry((*path, "invalid"), menu.invalid, "invalid"),
            failed=self._retry((*path, "failed"), menu.failed, "failed"),
        )

    def _no_input(self, path: Path, menu: Menu) -> ir.Retry:
        if menu.no_input is not None:
            return self._retry((*path, "no_input"), menu.no_input, None)
        if menu.then is not None:
            return ir.Retry(0, None, self._action((*path, "then"), menu.then))
        return ir.Retry(SILENT_REPEATS, None, ir.HangUp(None))

    def _retry(self, path: Path, retry: Retry, own_words: str | None) -> ir.Retry:
        prompt = self._played((*path, "prompt"), retry.prompt)
        if prompt is None and own_words is not None:
            prompt = self.prompts.words(path, own_words, self.language)
        return ir.Retry(retry.repeat, prompt, self._action((*path, "then"), retry.then))

    def _action(self, path: Path, action: str | KeyAction | ThenAction) -> ir.Action:
        if isinstance(action, str):
            return self._of_word(path, action)
        for name in ("transfer", "operator", "submenu", "dial_extension", "dial_name", "announce", "hang_up"):
            if name in action.model_fields_set:
                return self._of_field(path, name, action)
        return ir.Repeat()

    def _of_word(self, path: Path, word: str) -> ir.Action:
        match word:
            case "operator":
                return ir.Transfer(self._operator(), None)
            case "return":
                return ir.Return()
            case "repeat":
                return ir.Repeat()
            case "dial_extension":
                return self._dial_extension(path, Asked())
            case "dial_name":
                return self._dial_name(path, Asked())
            case _:
                return ir.HangUp(None)

    def _of_field(self, path: Path, name: str, action: KeyAction | ThenAction) -> ir.Action:
        value = getattr(action, name)
        inner = (*path, name)
        match name:
            case "transfer":
                prompt = self._played((*path, "prompt"), action.prompt)
                return ir.Transfer(self.to.node(inner, value, "unknown-number"), prompt)
            case "operator":
                return ir.Transfer(self._operator(), self._played(inner, value))
            case "submenu":
                known = value is not None and value.partition("/")[2] in self.manifest.ivr
                return ir.Submenu(f"{self.manifest.tenant}/{value}") if known else ir.Repeat()
            case "dial_extension":
                return self._dial_extension(inner, value or Asked())
            case "dial_name":
                return self._dial_name(inner, value or Asked())
            case "announce":
                return ir.Play(self.prompts.needed(inner, value, self.language)) if value else ir.Repeat()
            case _:
                return ir.HangUp(self._played(inner, value))

    def _operator(self) -> str:
        return self.to.node((*self.base, "operator"), self.entry.operator, "unknown-number")

    def _dial_extension(self, path: Path, asked: Asked) -> ir.DialExtension:
        users = users_below(self.manifest, asked.department)
        department = f"{self.manifest.tenant}/departments/{asked.department}" if asked.department else None
        extensions = tuple(sorted(self.manifest.users[user].extension for user in users)) if department else ()
        return ir.DialExtension(self._asking(path, asked, "extension"), department, extensions)

    def _dial_name(self, path: Path, asked: Asked) -> ir.DialName:
        found = []
        for user in users_below(self.manifest, asked.department):
            name = self.manifest.users[user].name
            if digits := spelled(name):
                prompt = self.prompts.spoken(name, ("users", user, "name"))  # a name is the tenant's, not the menu's
                found.append((digits, f"{self.manifest.tenant}/users/{user}", prompt))
        choose = [
            self.prompts.spoken(words.text(self.language, "choose").format(key=key), path, self.language)
            for key in range(1, 10)
        ]
        return ir.DialName(self._asking(path, asked, "name"), tuple(sorted(found)), tuple(choose))

    def _asking(self, path: Path, asked: Asked, own_words: str) -> str:
        if asked.prompt is not None:
            return self.prompts.needed((*path, "prompt"), asked.prompt, self.language)
        return self.prompts.words(path, own_words, self.language)

    def _played(self, path: Path, prompt: str | Prompt | None) -> str | None:
        return self.prompts.played(path, prompt, self.language)


def users_below(manifest: Manifest, department: str | None) -> list[str]:
    """The users of a department and of those below it; None: of the tenant."""
    if department is None:
        return list(manifest.users)
    return [name for name, user in manifest.users.items() if department in department_chain(manifest, user.department)]


def announcement(manifest: Manifest, spans: SpanTable, name: str, prompts: Prompts) -> ir.Announcement:
    """One announcement."""
    entry = manifest.announcements[name]
    code, reason = ending(entry.code)
    return ir.Announcement(
        id=f"{manifest.tenant}/announcements/{name}",
        name=entry.name or name,
        extension=entry.extension,
        number=entry.number,
        prompt=prompts.needed(("announcements", name, "prompt"), entry.prompt),
        times=entry.times,
        code=code,
        reason=reason,
        span=spans.key(("announcements", name)),
    )


def callback(manifest: Manifest, spans: SpanTable, name: str, to: Destinations, prompts: Prompts) -> ir.Callback:
    """One callback."""
    entry, base, tenant = manifest.callback[name], ("callback", name), manifest.tenant
    language = entry.language or language_of(manifest)
    own_plan = f"{tenant}/callback/{name}/calling_plan" if entry.calling_plan is not None else None
    said = {field: _said(base, entry.prompts, field, language, prompts) for field in CallbackPrompts.model_fields}
    return ir.Callback(
        id=f"{tenant}/callback/{name}",
        name=entry.name or name,
        number=entry.number,
        allowed=tuple(sorted((number, f"{tenant}/{user}") for number, user in entry.allowed.items())),
        otherwise=to.node((*base, "otherwise"), entry.otherwise, "unknown-number"),
        delay_ms=entry.delay,
        interval_ms=entry.interval,
        accept=said["accept"],
        ask=said["ask"],
        directly=said["directly"],
        failed=said["failed"],
        record=entry.record,
        announced=prompts.played((*base, "announced"), entry.announced, language),
        keep_days=entry.keep_days,
        plan=plan_of(manifest, entry.department, None, own_plan),
        span=spans.key(base),
    )


def _said(base: Path, written: CallbackPrompts, field: str, language: str, prompts: Prompts) -> str:
    """What an employee hears who is called back."""
    own = getattr(written, field)
    path = (*base, "prompts", field)
    return prompts.needed(path, own, language) if own is not None else prompts.words(path, field, language)
