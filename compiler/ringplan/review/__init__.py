"""Who may change what: two versions of the manifests, an author, and the approvals that are needed.

matrix says who may change each field, changes what differs by meaning, scopes whose it is, judging who may.
"""
