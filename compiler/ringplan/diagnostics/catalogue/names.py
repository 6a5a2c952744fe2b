"""RP3xx: a name leads nowhere or in a circle."""

from typing import Final

from ..code import Code

NAMES: Final = (
    Code(
        "RP301",
        "unknown name",
        what="Reported when a department, group or other entry is named that the tenant does not define.",
        why="The user would inherit nothing: no caller ID, no locality for emergency calls.",
        example=("departments: {sales: {}}\nusers:\n  novak: {name: Jan Novák, extension: 1204, department: salse}"),
        fix="Use the name of an existing entry, or define it.",
        fixable=True,
    ),
    Code(
        "RP302",
        "department parents form a cycle",
        what=("Reported when a department is, over its parents, above itself; every link of the circle is shown."),
        why=(
            "The administrator of the upper department may change the lower one; in a circle everyone could change all."
        ),
        example="departments:\n  sales: {parent: export}\n  export: {parent: sales}",
        fix="Remove `parent` from the department that is on top.",
    ),
    Code(
        "RP303",
        "department belongs to another group than the user",
        what="Reported when a user of one group is in a department of another group.",
        why="Group and department would give different caller IDs and different administrators.",
        example=(
            "groups: {prague: {}, brno: {}}\n"
            "departments: {sales: {group: brno}}\n"
            "users:\n"
            "  novak: {name: Jan Novák, extension: 1204, group: prague, department: sales}"
        ),
        fix="Change the user's group or department, or let the department belong to no group.",
    ),
    Code(
        "RP304",
        "unknown member, target or prompt",
        what="Reported when a user, hunt group, time route, IVR or prompt is named that the tenant does not define.",
        why="Calls that shall go there would find nobody, and callers would hear nothing.",
        example=(
            "users:\n  novak: {name: Jan Novák, extension: 1204, forward: {busy: hunt_groups/sale}}\n"
            "hunt_groups:\n  sales: {name: Prodej, extension: 1600, members: [users/novak]}"
        ),
        fix="Use the name of an existing entry, or define it.",
        fixable=True,
    ),
    Code(
        "RP305",
        "administrator's role and object do not fit",
        what=(
            "Reported when the role `group`, `department` or `user` does not say of which one, and when another"
            " object is named than the role is about."
        ),
        why="`ringplan review` would let the person change nothing, or less than the line seems to say.",
        example="administrators:\n  jan@novak.example: {role: department}",
        fix="Name the object beside the role: `{role: department, department: sales}`.",
    ),
    Code(
        "RP306",
        "administrator of something unknown",
        what="Reported when an administrator has a group, department or user that the tenant does not define.",
        why="The right would come into being unnoticed, with whatever is called like that later.",
        example=(
            "departments: {sales: {}}\nadministrators:\n  jan@novak.example: {role: department, department: salse}"
        ),
        fix="Use the name of an existing entry; remove administrators of what is removed.",
        fixable=True,
    ),
    Code(
        "RP307",
        "administrator named twice",
        what="Reported when two administrators differ in upper and lower case only, in a tenant or on the platform.",
        why="E-mail addresses are compared without case, so both are one person, and it is unclear which role counts.",
        example=("administrators:\n  Jan@novak.example: {role: tenant}\n  jan@novak.example: {role: user, user: jan}"),
        fix="Keep one entry. A department's administrator can have his own `user` beside `department`.",
    ),
)
