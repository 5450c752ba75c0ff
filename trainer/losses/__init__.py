"""What training makes small. ``build(spec, target)`` gives a callable (outputs, targets) -> one loss per row [B].

``target`` is what the task stored of the encoded target (a ``trainer.task.Target``); the Spec's ``targets`` are the
encodings that the loss takes.
"""
