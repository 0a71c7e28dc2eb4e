"""Evidence that a stranger verifies offline, without the model: commitments, signatures, bundles, disclosure and verification.

A bundle is one signed in-toto statement over the root of a salted Merkle tree; what is disclosed of it is opened leaf by leaf. The form is
specified in `docs/reference/bundle.md`, precisely enough to write a verifier without reading this package.
"""
