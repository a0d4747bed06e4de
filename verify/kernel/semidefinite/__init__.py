"""Statements that a matrix of scalar expressions is positive semidefinite, positive definite, or neither, over a box.
Formats and rules: docs/reference/semidefinite-certificates.md."""
