"""What stands between an assistant and the portal: policy, approval, limits, drafts, fences, masks, the audit log."""
