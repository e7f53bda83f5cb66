"""The deck while it is written: served to the author's own browser, and kept in step with every save."""
