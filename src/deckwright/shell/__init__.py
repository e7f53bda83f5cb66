"""What the command line offers besides building: a deck to begin with, a look at what is installed, publishing."""
