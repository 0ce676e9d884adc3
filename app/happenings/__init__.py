"""What befell a person, in words that all rooms share, and what each is asked of it. It keeps nothing."""
