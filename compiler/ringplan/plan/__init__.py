"""Two versions of a fleet compared by meaning: which calls change, why, and a call that shows it.

versions → differ (tenant by tenant: entries, dialling, facts) → merging → safety → render
"""
