"""RP8xx: between tenants, and the platform."""

from typing import Final

from ..code import Code

FLEET: Final = (
    Code(
        "RP801",
        "number owned by two tenants",
        what="Reported when the `numbers` of two tenants have a number in common; both places are shown.",
        why="A call from outside can reach only one of them; the other customer would lose calls.",
        example=(
            "# novak/tenant.yaml\nnumbers: [+420222333400..449]\n# clinic/tenant.yaml\n# numbers: [+420222333440]"
        ),
        fix="Take the number from the tenant that has no contract for it.",
    ),
    Code(
        "RP802",
        "SIP domain used twice",
        what="Reported when two tenants have the same SIP domain, given or by default.",
        why="A phone's account is user and domain: phones of one tenant could register as the other's.",
        example="# novak/tenant.yaml and clinic/tenant.yaml both hold\ndomain: pbx.example.com",
        fix="Give each tenant its own domain.",
    ),
    Code(
        "RP803",
        "tenant name used twice",
        what="Reported when two folders hold a tenant of the same name.",
        why="One of them would overwrite the other in the bundle.",
        example="# novak/tenant.yaml and novak-new/tenant.yaml both hold\ntenant: novak",
        fix="Rename one of them.",
    ),
    Code(
        "RP804",
        "platform manifest missing",
        what=("Reported when there is no `platform.yaml` in the fleet's folder, or above the tenant's folder."),
        why="Without the platform there is no trunk, no media relay and no SIP domain.",
        example="# tenants/novak/tenant.yaml exists, tenants/platform.yaml does not\ntenant: novak",
        fix="Write `platform.yaml` beside the tenants' folders, or pass the folder that has it.",
    ),
    Code(
        "RP805",
        "source address shared",
        what="Reported when calls from one address could belong to two trunks, or to a trunk and the attendant.",
        why="A call in is recognised by its source address alone; its trunk would be a matter of luck.",
        example=(
            "trunks:\n  first: {address: 192.0.2.60:5060}\n  second: {address: 192.0.2.61:5060, sources: [192.0.2.60]}"
        ),
        fix="List each source address at one trunk, and give the attendant an address of its own.",
    ),
    Code(
        "RP806",
        "trunk names an unknown tenant",
        what="Reported when a trunk's `tenants` holds a name that no folder of the fleet defines.",
        why="A misspelt name takes the trunk away from the tenant it was meant for.",
        example="trunks:\n  carrier: {address: 192.0.2.60:5060, tenants: [novka]}",
        fix="Use the name of a tenant of the fleet.",
        fixable=True,
    ),
    Code(
        "RP807",
        "two services on one address and port",
        what="Reported when two sockets of the exchange, or two relays, use the same address and port.",
        why="The second one could not start, and the exchange would be down after the next deployment.",
        example="exchange: {listen: [udp:192.0.2.10:5060, udp:192.0.2.10:5060]}",
        fix="Give each its own port.",
    ),
)
