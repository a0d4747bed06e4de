"""Statements about matrices of all sizes: equations in products, transposes, traces, inverses, determinants, Kronecker,
stacked and entrywise products. Formats and rules: docs/reference/matrix-certificates.md."""
