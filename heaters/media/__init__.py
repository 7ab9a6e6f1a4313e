"""The media path: download, probe, preprocess, detect, export, keyframes."""
