"""Scene detectors, pluggable by name, one algorithm a file."""
