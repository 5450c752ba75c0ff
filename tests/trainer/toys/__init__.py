"""A kind of column and a task that Trainyard does not have, each a folder and nothing else."""
