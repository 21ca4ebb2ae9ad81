"""Rules of knowledge without a framework: life of a version, who reads what, what is different between two."""
