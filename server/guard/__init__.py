"""What stands between an assistant and the portal: policy, approval, limits, drafts, fences, the audit log."""
