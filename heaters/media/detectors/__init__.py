"""Scene detectors, pluggable by name, one algorithm a file."""

from heaters.media.detectors.detection import Detection as Detection
from heaters.media.detectors.detection import detect as detect
from heaters.media.detectors.detection import detector_names as detector_names
from heaters.media.detectors.detection import redetect as redetect
