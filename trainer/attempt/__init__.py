"""One attempt: what it works on, the processes that do it, and the journal that they write."""
