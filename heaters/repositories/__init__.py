"""Every query, one file per aggregate, and the unit of work."""
