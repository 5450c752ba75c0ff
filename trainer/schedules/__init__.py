"""How the learning rate changes over the run. A Spec has ``warmup``, the part of the run over which the rate rises.

``factor(spec, step, total) -> float`` multiplies the optimizer's learning rate at ``step`` (from 0) of ``total``; it is plain
Python, so that the web can plot it. ``build(spec, optimizer, total_steps)`` gives the ``LRScheduler``.
"""
