"""Reflex states: translate an event, delegate to a service, show the result."""
