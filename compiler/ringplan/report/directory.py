"""Who is who in one tenant: what its nodes, schedules and plans are called, and where their pages are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ringplan import ir
from ringplan_schema import Tenant as Manifest

from .wording import number, treatment, visible

PAGE_OF: Mapping[type[ir.Node], str] = {
    ir.User: "user",
    ir.HuntGroup: "group",
    ir.TimeRoute: "route",
    ir.Ivr: "ivr",
    ir.Announcement: "announcement",
    ir.Callback: "callback",
}
"""How the names of the pages begin, by what they are about."""
Planned = ir.User | ir.HuntGroup | ir.TimeRoute | ir.Ivr | ir.Callback
"""What has a calling plan."""
Called = Planned | ir.Announcement
"""What has a page of its own."""
_LEVELS = {"groups": "group", "departments": "department", "users": "user", "hunt_groups": "hunt group", "ivr": "IVR"}


def labels_of(manifest: Manifest) -> dict[str, str]:
    """What the manifest calls things that have no name in the graph, by address."""
    tenant, found = manifest.tenant, {}
    for section in ("groups", "departments", "time_routes", "schedules"):
        for name, entry in getattr(manifest, section).items():
            found[f"{tenant}/{section}/{name}"] = entry.name or name
    for user, entry in manifest.users.items():
        for name, schedule in entry.schedules.items():
            found[f"{tenant}/users/{user}/schedules/{name}"] = schedule.name or name
    return found


@dataclass(frozen=True, slots=True)
class Directory:
    """The names of one tenant; every text it answers is safe to show, though not yet escaped for HTML."""

    tenant: ir.Tenant
    labels: Mapping[str, str]
    nodes: Mapping[str, ir.Node]
    entries: Mapping[str, tuple[str, ...]]
    """Numbers and extensions by node, as people read them; numbers first."""
    shared: frozenset[str]
    """Names that more than one node has."""
    prompts: Mapping[str, ir.Prompt]

    @classmethod
    def of(cls, tenant: ir.Tenant, labels: Mapping[str, str]) -> Directory:
        """The directory of a tenant; ``labels`` as of ``labels_of``, or none."""
        entries: dict[str, tuple[str, ...]] = {}
        for entry in tenant.numbers:
            entries[entry.node] = (*entries.get(entry.node, ()), number(tenant.dial_plan, entry.key))
        for entry in tenant.extensions:
            entries[entry.node] = (*entries.get(entry.node, ()), entry.key)
        prompts = {prompt.id: prompt for prompt in tenant.prompts}
        plain = cls(tenant, labels, {node.id: node for node in tenant.nodes}, entries, frozenset(), prompts)
        callable_nodes = (node.id for node in tenant.nodes if type(node) in PAGE_OF)
        count = Counter(map(plain.title, callable_nodes))
        return replace(plain, shared=frozenset(name for name, times in count.items() if times > 1))

    def name(self, node_id: str) -> str:
        """What a node is called among others: with its extension or number when it shares its name."""
        title = self.title(node_id)
        if title not in self.shared:
            return title
        keys = self.keys(node_id)
        return f"{title} ({keys[-1] if keys else self.kind(node_id)})"

    def title(self, node_id: str) -> str:
        """What a node is called on its own page."""
        match self.nodes[node_id]:
            case ir.User() | ir.HuntGroup() | ir.Ivr() | ir.Announcement() | ir.Callback() as node:
                return visible(node.name)
            case ir.TimeRoute():
                return self.label(node_id)
            case ir.Outside(number=key):
                return self.number(key)
            case ir.SipUri(user=user, host=host):
                return visible(f"{user}@{host}")
            case ir.Reject() as node:
                return treatment(node)

    def kind(self, node_id: str) -> str:
        """What a node is, in words."""
        match self.nodes[node_id]:
            case ir.User():
                return "user"
            case ir.HuntGroup():
                return "hunt group"
            case ir.TimeRoute():
                return "time route"
            case ir.Ivr():
                return "IVR"
            case ir.Announcement():
                return "announcement"
            case ir.Callback():
                return "callback"
            case ir.Outside():
                return "number outside"
            case ir.SipUri():
                return "SIP URI outside"
            case ir.Reject():
                return "end of the call"

    def label(self, address: str) -> str:
        """What a schedule, department, group or time route is called."""
        return visible(self.labels.get(address, address.rsplit("/", 1)[-1]))

    def schedule(self, schedule_id: str) -> str:
        """What a schedule is called; public holidays by their country."""
        parts = schedule_id.split("/")
        if len(parts) == 3 and parts[1] == "holidays":
            return f"public holidays ({parts[2]})"
        return self.label(schedule_id)

    def owner(self, schedule_id: str) -> str | None:
        """The user whose own a schedule is; None: the tenant's."""
        parts = schedule_id.split("/")
        return "/".join(parts[:3]) if parts[1] == "users" else None

    def plan(self, plan_id: str) -> str:
        """Whose a calling plan is."""
        _, *middle, _ = plan_id.split("/")
        if not middle:
            return "the tenant"
        section, name = middle
        address = plan_id.removesuffix("/calling_plan")
        called = self.name(address) if address in self.nodes else self.label(address)
        return f"{_LEVELS.get(section, section.replace('_', ' ').removesuffix('s'))} {called or name}"

    def number(self, key: str) -> str:
        """A number as people read it."""
        return number(self.tenant.dial_plan, key)

    def page(self, node_id: str) -> str | None:
        """The file of a node's page; None: it has none."""
        node = self.nodes[node_id]
        kind = PAGE_OF.get(type(node))
        return f"{kind}-{node_id.rsplit('/', 1)[-1]}.html" if kind else None

    def keys(self, node_id: str) -> tuple[str, ...]:
        """The numbers and extensions that reach a node, as people read them; numbers first."""
        return self.entries.get(node_id, ())

    def prompt(self, prompt_id: str) -> str:
        """What is said in a prompt, in quotation marks, or the name of its file."""
        found = self.prompts[prompt_id]
        return f"“{visible(found.say)}”" if found.say is not None else visible(str(found.file))

    @property
    def everybody(self) -> tuple[Called, ...]:
        """Whatever can be called: users first, then groups, routes, and what the exchange answers itself."""
        return (*self.users, *self.groups, *self.routes, *self.answered)

    @property
    def planned(self) -> tuple[Planned, ...]:
        """Whoever has a calling plan."""
        return tuple(node for node in self.everybody if not isinstance(node, ir.Announcement))

    @property
    def answered(self) -> tuple[ir.Ivr | ir.Announcement | ir.Callback, ...]:
        """IVRs, announcements and callbacks."""
        kinds = (ir.Ivr, ir.Announcement, ir.Callback)
        found = (node for node in self.tenant.nodes if isinstance(node, kinds))
        return tuple(sorted(found, key=lambda node: (kinds.index(type(node)), node.id)))

    @property
    def users(self) -> tuple[ir.User, ...]:
        """All users, by extension."""
        found = (node for node in self.tenant.nodes if isinstance(node, ir.User))
        return tuple(sorted(found, key=lambda user: (user.extension, user.id)))

    @property
    def groups(self) -> tuple[ir.HuntGroup, ...]:
        """All hunt groups, by id."""
        return tuple(node for node in self.tenant.nodes if isinstance(node, ir.HuntGroup))

    @property
    def routes(self) -> tuple[ir.TimeRoute, ...]:
        """All time routes, by id."""
        return tuple(node for node in self.tenant.nodes if isinstance(node, ir.TimeRoute))
