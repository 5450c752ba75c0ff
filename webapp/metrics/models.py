"""The metric store's tables: a live tail of flushes, and sealed chunks with a summary beside each."""

from django.db import models


class Series(models.Model):
    """One metric of one run."""

    run = models.ForeignKey("runs.Run", on_delete=models.CASCADE, related_name="series")
    name = models.CharField(max_length=200)
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="one_series_per_name")]


class Tail(models.Model):
    """One flush: the points of all metrics of a run that share a stream number. ``body``: webapp.metrics.codec."""

    run = models.ForeignKey("runs.Run", on_delete=models.CASCADE, related_name="tail")
    seq = models.BigIntegerField()
    points = models.IntegerField()
    body = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "seq"], name="one_tail_row_per_number")]


class Chunk(models.Model):
    """About 1,024 sealed points of one series, with what a window needs to know without opening it."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="chunks")
    number = models.IntegerField()
    count = models.IntegerField()
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    first_step = models.BigIntegerField()
    last_step = models.BigIntegerField()
    first = models.FloatField()
    last = models.FloatField()
    minimum = models.FloatField()
    minimum_step = models.BigIntegerField()
    maximum = models.FloatField()
    maximum_step = models.BigIntegerField()
    body = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series", "number"], name="one_chunk_per_number")]
