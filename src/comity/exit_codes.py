"""The exit codes of every command; they are a contract."""

FINE, FINDINGS, BAD_INPUT, CANNOT_DECIDE, INTEGRITY_FAILURE = 0, 1, 2, 3, 4
"""Nothing to say against it; findings; usage or bad input; evidence is missing; something was altered."""

FAIL_ON_BY_DEFAULT = ("not_met", "unknown")
"""What makes an assessment end with another code than 0, unless the user says otherwise."""
