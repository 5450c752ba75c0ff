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

    ``low_step`` and ``high_step`` bound the steps. First, last, minimum and maximum are of the finite values (NaN if there are none);
    ``nonfinite`` counts the others, the first of which is at ``nonfinite_step``.
    """

    pk = models.CompositePrimaryKey("series_id", "number")
    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="chunks", db_index=False)
    number = models.IntegerField()
    count = models.IntegerField()
    nonfinite = models.IntegerField()
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    low_step = models.BigIntegerField()
    high_step = models.BigIntegerField()
    first_step = models.BigIntegerField()
    last_step = models.BigIntegerField()
    minimum_step = models.BigIntegerField()
    maximum_step = models.BigIntegerField()
    nonfinite_step = models.BigIntegerField()
    first = models.FloatField()
    last = models.FloatField()
    minimum = models.FloatField()
    maximum = models.FloatField()
    first_time = models.FloatField()
    last_time = models.FloatField()
    minimum_time = models.FloatField()
    maximum_time = models.FloatField()
    nonfinite_time = models.FloatField()
    body = models.BinaryField()
