"""Heaters: virtual clips from internet video, reviewed together, exported exact to the frame."""
