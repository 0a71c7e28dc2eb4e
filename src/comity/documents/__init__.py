"""Reading the files that people write: YAML as data, with the place of every value."""
