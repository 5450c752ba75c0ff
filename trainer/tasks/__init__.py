"""What a model learns to tell. A task is a folder:

- ``__init__``: the ``Spec``, a ``TaskSpec``; ``Target``, what is stored of an encoded target; ``CHARTS``, the
  live charts; ``check(spec, data)`` raises TrainerError where the data (a ``DataSummary``) have no such target;
  ``class_column(spec)`` is the column of whose values each must have rows to learn from, None where there is no
  such; ``suggest(data)`` gives the fields of a Spec that fits the data, None where there is none;
  ``build(spec, target) -> trainer.task.Task``.
- ``task``: the ``Task``, which may import torch; ``encode(spec, prepared) -> Encoded``, and
  ``describe(spec, encoded, train) -> Target``, of the training rows.
- ``answer``: ``readable(answer, output)`` in NumPy alone; it is shipped beside exports.
- ``outcome``, in NumPy alone: what an answer is for those who try a model (trainer.trying.outcomes).

Scores of a report are a few lines of NumPy each, which tests hold equal to scikit-learn's: importing that would cost
each process that judges a second and 73 MiB.
"""
