"""The talk's own code: MNIST, two networks, their training and figures. Knows digits, not slides."""
