"""Programs for auditors and courts: they run alone, with nothing but Python, and know nothing of this package."""
