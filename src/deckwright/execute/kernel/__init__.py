"""A kernel as the build sees it: started, talked to, ended."""
