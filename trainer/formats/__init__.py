"""Formats: how uploaded files become prepared data.

A format is a folder:

- ``__init__``, which the web server reads too, without NumPy or a library of the files: the ``Spec``;
  ``recognises(sources) -> bool``, which looks at names and first bytes only; ``examples()``; and
  ``build(spec, sources, work, readings) -> Parsed``, which calls the reader.
- ``reader``: ``read``, with those of build's arguments that it needs. It runs inside an inspection, never in the web
  process.

``sources`` are the files as trainer.importing.archives unpacked them; ``work`` is a folder for large arrays;
``readings`` are the kinds that somebody chose for columns. Files that cannot be used raise TrainerError with a sentence
that says what to do.

``examples()`` gives small uploads, each the content of its files by name (with “/” where they lie in folders), which
this format recognises and no other; the tests try them, whole and damaged.
"""
