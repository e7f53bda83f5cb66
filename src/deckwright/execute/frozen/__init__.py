"""Results written for git, and builds from them alone."""
