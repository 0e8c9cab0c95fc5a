"""What stands before a call that changes something: drafts, limits, a person who agrees."""
