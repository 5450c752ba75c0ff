"""The metric store's tables: a live tail of flushes, and sealed chunks with a summary beside each."""

from django.db import models


class Series(models.Model):
    """One metric of one run. Made when its first points are sealed."""

    run = models.ForeignKey("runs.Run", on_delete=models.CASCADE, related_name="series", db_index=False)
    name = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="one_series_per_name")]


class Tail(models.Model):
    """One flush: the points of all metrics of a run that share a stream number. ``body``: webapp.metrics.codec.

    ``pending`` counts, up to this row, the points of the longest metric that wait to be sealed.
    """

    pk = models.CompositePrimaryKey("run_id", "seq")
    run = models.ForeignKey("runs.Run", on_delete=models.CASCADE, related_name="tail", db_index=False)
    seq = models.BigIntegerField()
    pending = models.IntegerField()
    body = models.BinaryField()


class Chunk(models.Model):
    """About 1,024 sealed points of one series, with what a window needs to know without opening it.

    ``low_step`` and ``high_step`` bound the steps; ``summary``, ``stretches`` and ``body``: webapp.metrics.chunk.
    """

    pk = models.CompositePrimaryKey("series_id", "number")
    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="chunks", db_index=False)
    number = models.IntegerField()
    count = models.IntegerField()
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    low_step = models.BigIntegerField()
    high_step = models.BigIntegerField()
    summary = models.BinaryField()
    stretches = models.BinaryField()
    body = models.BinaryField()
