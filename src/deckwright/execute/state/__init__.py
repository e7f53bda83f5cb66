"""What Python values are made of: their canonical hashes and their snapshots. Runs inside the kernel; imports no library."""
