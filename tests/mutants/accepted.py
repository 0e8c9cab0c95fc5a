"""Changes that no test can or need notice, each with the reason: module -> change -> why."""

ACCEPTED: dict[str, dict[str, str]] = {
    "tools/tool.py": {
        "_describe_problems: False -> True": "what the validator adds is not shown",
        "_describe_problems: False -> True (number 2)": "what the validator adds is not shown",
        "_describe_problem: 'model_attributes_type' -> 'model_attributes_typeX'": "only of models made from objects",
    },
    "workflows/inbox/waiting.py": {
        "WaitingDialog.apply_messages: 0 -> 1": "with an owner it makes no difference who else might have the dialog",
        "WaitingDialog._find_queued_since: "
        "self.dated or not session.last or (not (bot or session.has_operator_message)) -> "
        "self.dated or False or (not (bot or session.has_operator_message))": "whoever wrote left a last message; "
        "the check is there for the type checker",
    },
    "workflows/lines/availability_rules.py": {
        "(NAME, TEXT): 'NAME' -> 'NAMEX'": "a word in capitals for whoever reads to fill in",
    },
    "server/protocol/finder.py": {
        "ToolNotFoundError.__init__: super().__init__(failure.happened) -> None": "what is shown is the failure itself",
    },
    "reference/search/ranking.py": {
        "_MOST_TERMS: 40 -> 41": "bounds the work, not the answer",
        "_MOST_NAMES: 4 -> 5": "bounds the work, not the answer",
        "_ANY_KIND: 1.0 -> 2.0 (number 2)": "every kind of page that is asked for has an entry of its own",
    },
    "workflows/lines/messaging_rules.py": {
        "_compute_longest_wait: 0 -> 1": "no portal has a time of one second",
    },
    "portal/retry.py": {
        "_pause: error.seconds or 0.0 -> error.seconds or False": "False is no longer than any pause either",
    },
    "portal/scheduler.py": {
        "BATCH_SHARE: 3 -> 4": "a quarter leaves time for asking each call alone, too: the share is a choice",
        "PendingCall: 0.0 -> 1.0": "submit() sets the time before anybody reads it",
        "Scheduler._deliver: True -> False": "there is always an outcome for each call; strict says so to the reader",
        "Scheduler._request_group: isinstance(error, LimitedError) and error.code in FULL_BUCKET -> "
        "True and error.code in FULL_BUCKET": "portal/envelope.py gives no other kind of error this code",
    },
    "server/approvals/decision.py": {
        "ChangeRules.check_line: allowed is None or not self.depends_on_line(call) or preview.line_id in allowed -> "
        "False or not self.depends_on_line(call) or preview.line_id in allowed": "where no lines are chosen, "
        "`depends_on_line` says no as well; `allowed is None` is there for the type checker",
    },
    "server/approvals/store.py": {
        "ApprovalStore.ask: False -> True": "how the file holds letters that are not Latin; they are read back alike",
        "ApprovalStore.begin: 'approved' -> 'approvedX'": "the same transaction goes on to 'running'",
    },
}
