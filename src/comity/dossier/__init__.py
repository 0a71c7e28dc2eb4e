"""The dossier: what is said of one AI system (`comity.yaml`) and what was measured of it (`evidence/`)."""
