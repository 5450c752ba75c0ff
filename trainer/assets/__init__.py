"""Kinds of assets: files that somebody gives to models beside the data.

A component is a folder:

- ``__init__``, which the web server reads too, without NumPy or a library of the files: the ``Spec``, made from
  ``AssetSpec``; ``recognises(source) -> bool``, by content and never by name; ``relative(source)``, the TrainerError
  that says of a file which is like one what it is and what to give instead, or None; ``examples()``, small uploads by
  name that this kind alone recognises; and ``build(spec, source, path, work) -> AssetProfile``, which reads the file
  and writes what a run needs of it to ``path``, with a folder for large arrays on the way.
- ``reader``, which opens what was written. It reaches no torch.

``build`` runs in a process of its own with limits (trainer.importing.apart), for such a file may break the library that
reads it. Files that cannot be used raise TrainerError with a sentence that says what to do.
"""
