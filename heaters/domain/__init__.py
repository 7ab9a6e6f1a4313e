"""Pure rules of the field: time, timelines, lifecycles. Standard library only."""
