"""How hard the kernel is to fool: mutants of its source, corrupted certificates, killed workers."""
