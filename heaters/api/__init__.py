"""HTTP routes beside the pages: login, media, uploads, health."""
