"""KSR's functions about where a call goes: tm, tmx, rr, registrar, auth, uac, nathelper, rtpengine, htable."""

from __future__ import annotations

from hashlib import md5

from .kamailio import Contact
from .sip import parse_name_addr, parse_uri
from .strict import Namespace, gap
from .transactions import Transaction


class Tm(Namespace):
    """Transactions."""

    def t_check_trans(self) -> int:
        """1: a CANCEL or ACK that belongs to a transaction; 0: a retransmission, dealt with; -1: new."""
        message = self._k.context.message
        if message.method in ("CANCEL", "ACK"):
            return 1 if self._k.find(message, "INVITE") is not None else -1
        transaction = self._k.find(message)
        if transaction is None:
            return -1
        if transaction.last_answer is not None:
            self._k.answers.append((message.via_branch, transaction.last_answer))
        return 0

    def t_relay(self) -> int:
        context = self._k.context
        if context.route not in ("request", "failure"):
            raise gap(f"t_relay in a {context.route} route")
        return self._k.relay(context)

    def t_on_branch(self, name: str) -> int:
        return self._on("branch", name)

    def t_on_reply(self, name: str) -> int:
        return self._on("reply", name)

    def t_on_failure(self, name: str) -> int:
        return self._on("failure", name)

    def _on(self, kind: str, name: str) -> int:
        if getattr(self._k.handler, name, None) is None:
            raise gap(f"t_on_{kind}: there is no handler {name}")
        self._k.context.on[kind] = name
        return 1

    def t_set_fr(self, fr_inv_ms: int, fr_ms: int) -> int:
        """0 leaves a timer as it is."""
        context = self._k.context
        before = context.timers
        if before is None:
            transaction = context.transaction
            before = (transaction.fr_inv_ms, transaction.fr_ms) if transaction else (180_000, 5_000)
        context.timers = (fr_inv_ms or before[0], fr_ms or before[1])
        return 1

    def t_is_canceled(self) -> int:
        return 1 if self._transaction().cancelled else -1

    def t_get_status_code(self) -> int:
        """Of the branch whose answer is picked, in a failure route; else of what the caller got."""
        context = self._k.context
        if context.route == "failure" and context.branch is not None:
            return context.branch.last_code
        return self._transaction().status

    def t_get_branch_index(self) -> int:
        """Of the branch whose answer is at hand, or which is being opened."""
        context = self._k.context
        if context.route == "branch":
            return len(self._transaction().branches)
        if context.route != "reply" or context.branch is None:
            raise gap(f"t_get_branch_index in a {context.route} route")
        return context.branch.index

    def _transaction(self) -> Transaction:
        transaction = self._k.context.transaction
        if transaction is None:
            raise gap("a question about a transaction that does not exist")
        return transaction


class Tmx(Namespace):
    """More about transactions."""

    def t_precheck_trans(self) -> int:
        """Whether another process is busy with the same request: here is only one."""
        return -1

    def t_cancel_branches(self, which: str) -> int:
        context = self._k.context
        if context.route != "reply" or context.transaction is None or which != "others":
            raise gap(f"t_cancel_branches({which!r}) in a {context.route} route")
        context.transaction.cancel_pending(keep=context.branch)
        return 1


class Rr(Namespace):
    """Record-Route and Route."""

    def record_route(self) -> int:
        edits = self._k.context.edits
        if edits.record_route:
            raise gap("record_route twice")
        edits.record_route = True
        return 1

    def add_rr_param(self, parameter: str) -> int:
        edits = self._k.context.edits
        if not parameter.startswith(";"):
            raise gap(f"add_rr_param({parameter!r}): no semicolon")
        edits.record_route_parameters += parameter
        return 1

    def is_direction(self, direction: str) -> int:
        """Whether a request within a dialog comes from the caller (``downstream``); ftag in the Route tells."""
        message = self._k.context.message
        if direction != "downstream":
            raise gap(f"is_direction({direction!r})")
        tag = message.name_addr("From").parameter("tag")
        return 1 if f";ftag={tag}" in (message.get("Route") or "") else -1

    def loose_route(self) -> int:
        """Takes our own Route off; what remains says where the request goes."""
        context = self._k.context
        message = context.message
        routes = [parse_name_addr(value).uri for value in message.all("Route")]
        if not routes:
            return -1
        if parse_uri(routes[0]).host == self._k.own.host:
            positions = [at for at, (key, _) in enumerate(message.headers) if key == "Route"]
            context.edits.removed.add(positions[0])
            routes = routes[1:]
        if routes:
            context.request.destination_uri = routes[0]
        return 1


class Registrar(Namespace):
    """Where phones are."""

    def lookup_uri(self, table: str, aor: str) -> int:
        contacts = self._contacts(table, aor)
        if not contacts:
            return -1
        draft = self._k.context.request
        draft.ruri, draft.destination_uri = contacts[0]
        draft.ruri_is_new = True
        draft.branches += [(uri, received, 0) for uri, received in contacts[1:]]
        return 1

    def lookup_to_dset(self, table: str, aor: str) -> int:
        contacts = self._contacts(table, aor)
        self._k.context.request.branches += [(uri, received, 0) for uri, received in contacts]
        return 1 if contacts else -1

    def save_uri(self, table: str, flags: int, aor: str) -> int:
        context = self._k.context
        contact = parse_name_addr(context.message.get("Contact") or "")
        self._contacts(table, aor)
        if context.message.get("Expires") == "0":
            self._k.location.pop(aor, None)
        else:
            self._k.location[aor] = [Contact(contact.uri)]
        self._k.answer_statelessly(context, 200, "OK")
        return 1

    def _contacts(self, table: str, aor: str) -> list[tuple[str, str | None]]:
        if table != "location":
            raise gap(f"there is no table {table}")
        return [(contact.uri, contact.received) for contact in self._k.location.get(aor, [])]


class Auth(Namespace):
    """Digest authentication; the nonce is a constant."""

    def pv_auth_check(self, realm: str, password: str, flags: int, checks: int) -> int:
        """1 when the credentials prove the HA1; they are believed for their own realm only."""
        if flags != 1:
            raise gap("pv_auth_check without an HA1")
        message = self._k.context.message
        header = "Authorization" if message.method == "REGISTER" else "Proxy-Authorization"
        credentials = message.get(header) or ""
        expected = f'realm="{realm}", response="{proof(password, message.method)}"'
        return 1 if expected in credentials else -2

    def auth_challenge(self, realm: str, flags: int) -> int:
        context = self._k.context
        is_register = context.message.method == "REGISTER"
        name = "WWW-Authenticate" if is_register else "Proxy-Authenticate"
        context.reply_headers.append((name, f'Digest realm="{realm}", nonce="fixed"'))
        if is_register:
            self._k.answer_statelessly(context, 401, "Unauthorized")
        else:
            self._k.answer_statelessly(context, 407, "Proxy Authentication Required")
        return 1


def proof(ha1: str, method: str) -> str:
    """What a phone that knows the password answers to the fake's challenge."""
    return md5(f"{ha1}:fixed:{method}".encode(), usedforsecurity=False).hexdigest()


class Uac(Namespace):
    """From replaced for the called party; the module restores it in answers by itself."""

    def uac_replace_from(self, display: str, uri: str) -> int:
        context = self._k.context
        if context.edits.new_from is not None:
            raise gap("From replaced twice")
        if "\r" in display + uri or "\n" in display + uri:
            raise gap(f"a From of two lines: {display!r} {uri!r}")
        if uri:
            parse_uri(uri)
        context.edits.new_from = (display, uri or context.message.name_addr("From").uri)
        return 1


class Nathelper(Namespace):
    """Addresses behind NAT are covered by the generated SIPp scenarios; here nobody is."""

    def nat_uac_test(self, tests: int) -> int:
        return -1

    def fix_nated_register(self) -> int:
        return 1

    def add_contact_alias(self) -> int:
        return 1

    def handle_ruri_alias(self) -> int:
        return -1


class Rtpengine(Namespace):
    """One relay that is up or down."""

    def rtpengine_manage(self, flags: str) -> int:
        context = self._k.context
        if not self._k.relay_is_up or not context.message.body:
            return -1
        call_id = context.message.call_id
        if context.message.is_request and context.message.method == "INVITE":
            self._k.media[call_id] = "offered"
        elif self._k.media.get(call_id) is None:
            return -1
        else:
            self._k.media[call_id] = "answered"
        context.edits.body = f"{context.message.body}a=through-the-relay\r\n"
        return 1

    def rtpengine_delete(self, flags: str) -> int:
        return 1 if self._k.media.pop(self._k.context.message.call_id, None) else -1


class Htable(Namespace):
    """Shared tables."""

    def sht_get(self, table: str, key: str) -> object:
        """A table with an initial value says it for what it does not hold."""
        return self._table(table).get(key, self._k.configuration.tables[table])

    def sht_gete(self, table: str, key: str) -> object:
        found = self.sht_get(table, key)
        return "" if found is None else found

    def sht_sets(self, table: str, key: str, value: str) -> int:
        self._table(table)[key] = value
        return 1

    def sht_seti(self, table: str, key: str, value: int) -> int:
        self._table(table)[key] = value
        return 1

    def sht_rm(self, table: str, key: str) -> int:
        """1 whether there was one or not."""
        self._table(table).pop(key, None)
        return 1

    def sht_inc(self, table: str, key: str) -> int:
        """A table without initial value counts nothing: -255."""
        values, initial = self._table(table), self._k.configuration.tables[table]
        found = values.get(key, initial)
        if not isinstance(found, int):
            return -255
        values[key] = found + 1
        return found + 1

    def sht_lock(self, table: str, key: str) -> int:
        """The lock of a slot: a worker may take it again, but other keys may have the same one, so never two."""
        self._table(table)
        if self._k.locked is not None:
            raise gap(f"{table}:{key} is locked while {self._k.locked} is: another worker may do it the other way")
        self._k.locked = f"{table}:{key}"
        return 1

    def sht_unlock(self, table: str, key: str) -> int:
        if self._k.locked != f"{table}:{key}":
            raise gap(f"{table}:{key} is unlocked, locked is {self._k.locked}")
        self._k.locked = None
        return 1

    def _table(self, table: str) -> dict[str, object]:
        if table not in self._k.configuration.tables:
            raise gap(f"there is no htable {table}")
        return self._k.tables.setdefault(table, {})
