"""Measurements that are too long for the test suite; each is one command and commits its result."""
