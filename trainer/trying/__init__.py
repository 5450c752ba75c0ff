"""Trying a model: raw values of one row, as somebody enters them, to an answer, its latency, and what mattered for it.

It is the exported graph that answers, and values are read as ``predict.py`` reads them. Nothing of a row is written to
a file. This package needs no torch, and ``entries``, ``replies`` and ``outcomes`` no NumPy: the web server reads them.
"""

FORMAT = "onnx"  # of the export that is tried
DESCRIPTION = "preprocess"  # the format of the file beside it that says what it takes
