"""The questions that Comity answers, one file each. They print nothing and read no files: a library and facts in, an answer out."""
