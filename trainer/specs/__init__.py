"""The specs of runs: one frozen class per kind of run, read alike by the form, the API, the command line, the database
and each rank.

``kinds`` reads one from outside; each kind has a module of its own. ``choices`` are fields that name a component,
``fitting`` completes a training's spec for its data.
"""
