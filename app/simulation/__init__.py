"""What if: searches played on invented territories and on past requests, by the very rules of production."""
