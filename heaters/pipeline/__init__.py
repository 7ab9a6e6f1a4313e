"""Stages as data, claimed under a lease, run by Dramatiq actors."""
