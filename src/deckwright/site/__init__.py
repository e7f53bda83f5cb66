"""From a Page to a complete folder on disk, or the old one untouched."""
