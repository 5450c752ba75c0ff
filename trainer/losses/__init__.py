"""What training makes small. ``build(spec)`` gives a callable (outputs, targets) -> one loss per row [B]."""
