"""Identities between real and complex expressions: proofs on a domain, and refutations at a point."""
