"""How each step changes the weights. ``build(spec, parameters)`` gives a ``torch.optim.Optimizer``; every Spec has
``learning_rate``, which the schedule multiplies."""
