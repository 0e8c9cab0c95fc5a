"""The audit log: what was asked, agreed to and made."""
