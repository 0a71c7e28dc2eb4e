"""Comity: describe and measure one AI system once, and see how it stands against every country's rules and standards."""

__version__ = "0.1.0"
