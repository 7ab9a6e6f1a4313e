"""ONNX models built on this machine from the weights that packages ship, without torch."""
