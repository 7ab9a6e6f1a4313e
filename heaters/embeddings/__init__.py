"""Image (and text) embedding models behind one protocol."""
