"""From uploaded files to prepared data: opening, reading cells, profiling."""
