"""What a model learns to tell.

A task has ``target_kind(spec, data) -> "class" | "number"`` and ``build(spec, data) -> trainer.plan.TaskPlan``; both take
the ``DataSummary`` and raise TrainerError where it does not fit.
"""
