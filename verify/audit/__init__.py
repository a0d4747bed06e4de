"""Orchestration: from claim files to certificates, replays and verdicts."""
