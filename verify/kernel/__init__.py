"""The checker: replays derivations given as data. Standard library only; see docs/reference/rules.md."""
