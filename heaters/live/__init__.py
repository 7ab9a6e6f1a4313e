"""Publish and subscribe: committed changes, heard by open pages."""
