"""Scalar inequalities: statements over boxes, proof trees, refutations at a point."""
