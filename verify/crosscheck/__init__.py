"""A second checker of certificates, written from the specification; it shares no code with the kernel.

The kernel decides; this is a second opinion. See docs/reference/second-checker.md.
"""
