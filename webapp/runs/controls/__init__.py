"""Controls of a form, made from a Spec: what is asked, how it looks, and how it is read back.

- ``shapes``: what a field of a Spec holds;
- ``control``: one control of each shape, as its template under ``templates/runs/controls/`` takes it;
- ``draw``: the controls of a Spec, filled with values; ``values``: plain values as text and back;
- ``read``: what a form sent, as plain data for the Spec to check;
- ``edits``: a list changed by one item, for a page without scripts.

No field, component or family is named here.
"""
