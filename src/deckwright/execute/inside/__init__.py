"""What deckwright does inside the kernel: watch a step, look at values, give them back."""
