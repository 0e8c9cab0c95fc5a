"""Campaigns over the sources of events: a portal that fails in every way, and a listening process that is killed."""
