"""The verdict of one clause on one system: judged, left pending, and which facts could still decide it."""
