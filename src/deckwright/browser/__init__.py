"""Looks at a built deck in a real browser: pictures, checks and PDFs. Builds nothing."""
