"""Evaluation of a pack through the runtime's own output: the tables of the paper on M2F-S, and real speech."""
