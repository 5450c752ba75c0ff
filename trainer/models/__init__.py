"""Networks without preprocessing, put together of parts: encoders and combiners.

A component is a folder. Its ``Spec``, made from ``ModelSpec``, says which layouts of blocks the model takes
(``layouts_taken``), how many at most (``most_blocks``), the parts that the network is made of for some blocks
(``parts(inputs)``), how a pruned one is a Spec again (``narrowed``), and, where its fields leave something to be
chosen, the Spec with what was chosen for these columns (``fitted``). Its ``network.py`` imports torch alone, for it is
shipped with weights: ``Network(**parts, outputs, **fields)`` takes a batch of encoded blocks, each [B, *shape], and
gives [B, outputs]. It has ``features(batch)``, which the parts make, and a linear ``head``; ``fixed()`` are the layers
that pruning leaves as wide as they are.
"""
