"""Exchange with other tools: what Comity knows in their forms, and what their files say as statements. One file a form.

`export_*` fold an assessment into a document; `import_*` read a file that somebody else wrote. Both stand above the
questions and below the command line. The one idea: nothing is invented on the way. What a form has no room for is left
out or kept under Comity's own name, and what a foreign file does not plainly say becomes an observation, never a fact.
"""
