"""A PyTorch training library with its own command line; it knows no web server and no database."""

import os

# ONNX Runtime would keep a file in the home folder, and report to its makers. It asks when it is imported, wherever
# that is.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
