"""What cleaning, tokenizers and augmentation make of somebody's data, before anything is trained on them."""
