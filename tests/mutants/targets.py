"""Which modules are changed, and the tests of each: only those that run the module in their own process."""

PORTAL = (
    "tests/portal/test_retry.py",
    "tests/portal/test_scheduler.py",
    "tests/portal/test_scheduling_limits.py",
    "tests/portal/test_turns.py",
    "tests/portal/test_batch.py",
    "tests/portal/test_fault_isolation.py",
    "tests/portal/test_client.py",
    "tests/portal/test_operating.py",
)
FRONT = (
    "tests/portal/test_recovery.py",
    "tests/portal/test_front_end_errors.py",
    "tests/portal/test_front_ends.py",
    "tests/portal/test_envelope.py",
    "tests/portal/test_client.py",
    "tests/portal/test_fault_isolation.py",
)
RULES = (
    "tests/workflows/lines/test_rules.py",
    "tests/workflows/lines/test_rule_borders.py",
)
APPROVALS = (
    "tests/server/approvals/test_store.py",
    "tests/server/approvals/test_decision.py",
    "tests/server/approvals/test_agreement_step.py",
    "tests/server/approvals/test_changes.py",
    "tests/server/approvals/test_hourly_limit.py",
    "tests/server/approvals/test_attacks.py",
    "tests/server/catalogue/test_attacks_on_policy.py",
)

TARGETS: dict[str, tuple[str, ...]] = {
    "portal/retry.py": PORTAL,
    "portal/scheduler.py": (*PORTAL, "tests/portal/test_front_ends.py"),
    "portal/recovery.py": FRONT,
    "portal/front_end.py": FRONT,
    "portal/proxies.py": ("tests/portal/test_proxies.py",),
    "portal/download.py": ("tests/portal/test_download.py",),
    "server/events/feed/dialogs.py": ("tests/server/events/test_dialogs.py",),
    "server/events/feed/cue.py": ("tests/server/events/test_dialogs.py",),
    "server/policy.py": (
        "tests/server/catalogue/test_policy.py",
        "tests/server/catalogue/test_policy_ways.py",
        "tests/server/config/test_settings.py",
        "tests/server/protocol/test_prompts.py",
        "tests/server/protocol/test_finder.py",
    ),
    "server/approvals/decision.py": APPROVALS,
    "server/approvals/agreement.py": APPROVALS,
    "server/approvals/changes.py": APPROVALS,
    "server/approvals/store.py": APPROVALS,
    "server/approvals/hourly_limit.py": APPROVALS,
    "server/protocol/finder.py": ("tests/server/protocol/test_finder.py",),
    "server/protocol/arguments.py": ("tests/server/protocol/test_arguments.py", "tests/server/protocol/test_finder.py"),
    "server/protocol/habits.py": (
        "tests/server/protocol/test_habits.py",
        "tests/server/protocol/test_habit_borders.py",
        "tests/server/protocol/test_arguments.py",
    ),
    "tools/argument_problems.py": ("tests/tools/test_tool.py", "tests/tools/test_arguments.py"),
    "tools/tool.py": ("tests/tools/test_tool.py", "tests/tools/test_arguments.py", "tests/tools/test_laws.py"),
    "workflows/inbox/waiting.py": ("tests/workflows/inbox",),
    "workflows/reports/answers.py": (
        "tests/workflows/reports/test_answers.py",
        "tests/workflows/reports/test_odd_histories.py",
    ),
    "workflows/team/load.py": ("tests/workflows/team",),
    "workflows/lines/rule.py": (*RULES, "tests/workflows/lines/test_fixes.py"),
    "workflows/lines/rules.py": RULES,
    "workflows/lines/availability_rules.py": RULES,
    "workflows/lines/messaging_rules.py": RULES,
    "reference/search/ranking.py": ("tests/reference/search",),
}
