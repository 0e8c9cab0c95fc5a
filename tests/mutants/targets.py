"""Which modules are changed, and the tests of each: only those that run the module in their own process."""

PORTAL = ("tests/portal/test_retry.py", "tests/portal/test_scheduler.py", "tests/portal/test_batch.py")
RULES = ("tests/workflows/lines/test_rules.py",)
APPROVALS = ("tests/server/approvals/test_store.py", "tests/server/approvals/test_attacks.py")

TARGETS: dict[str, tuple[str, ...]] = {
    "portal/retry.py": (*PORTAL, "tests/portal/test_client.py"),
    "portal/scheduler.py": (*PORTAL, "tests/portal/test_client.py", "tests/portal/test_operating.py"),
    "server/policy.py": (
        "tests/server/catalogue/test_policy_ways.py",
        "tests/server/config/test_settings.py",
        "tests/server/protocol/test_prompts.py",
    ),
    "server/approvals/store.py": APPROVALS,
    "server/approvals/gate.py": (*APPROVALS, "tests/server/catalogue/test_attacks_on_policy.py"),
    "server/approvals/hourly_limit.py": (*APPROVALS, "tests/server/catalogue/test_attacks_on_policy.py"),
    "tools/tool.py": ("tests/tools/test_arguments.py", "tests/tools/test_laws.py"),
    "workflows/inbox/waiting.py": ("tests/workflows/inbox",),
    "workflows/lines/rules.py": RULES,
    "workflows/lines/availability_rules.py": RULES,
    "workflows/lines/messaging_rules.py": RULES,
    "reference/search/ranking.py": ("tests/reference/search",),
}
