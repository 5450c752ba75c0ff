"""Formats: how uploaded files become prepared data.

A format offers ``recognises(sources) -> bool``, which looks at names and first bytes only, and
``build(spec, sources, work, readings) -> Parsed``, which reads. ``sources`` are the files as trainer.importing.archives
unpacked them; ``work`` is a folder for large arrays; ``readings`` are the kinds that somebody chose for columns. Both
run inside an inspection, never in the web process. Files that cannot be used raise TrainerError with a sentence that
says what to do.

``examples()`` gives small uploads, each the content of its files by name (with “/” where they lie in folders), which
this format recognises and no other; the tests try them, whole and damaged.
"""
