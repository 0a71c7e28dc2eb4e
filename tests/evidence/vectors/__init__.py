"""The vectors, and one module for each kind of them; scripts/make_vectors.py writes the file."""
