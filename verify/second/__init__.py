"""Second opinions on the items of a certificate that stand alone: scalars, identities, tails, matrices, semidefinite.

Written from the reference pages; shares no code with the kernel and none with the layers that gather evidence. Run as
a process of its own. See docs/reference/second-checker.md.
"""
