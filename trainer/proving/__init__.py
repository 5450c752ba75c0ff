"""What an export is held against and shipped with: answers, parity, cost, words, the bundle."""
