"""Wrapped JavaScript components and shared widgets."""
