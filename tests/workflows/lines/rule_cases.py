"""A well-set line, and changes to it that nearly break a rule about its settings or just do."""

from collections.abc import Mapping
from typing import Any

WELL_SET: Mapping[str, Any] = {
    "ID": "7",
    "LINE_NAME": "Website support",
    "ACTIVE": "Y",
    "TEMPORARY": "N",
    "QUEUE": [3, 4],
    "QUEUE_ONLINE": "Y",
    "QUEUE_TYPE": "evenly",
    "QUEUE_TIME": "60",
    "MAX_CHAT": "0",
    "OPERATOR_DATA": "queue",
    "QUEUE_USERS_FIELDS": {"3": {"USER_NAME": "Olga"}, "4": {"USER_NAME": "James", "USER_WORK_POSITION": "Sales"}},
    "WORKTIME_ENABLE": "Y",
    "WORKTIME_FROM": "9",
    "WORKTIME_TO": "18.30",
    "WORKTIME_TIMEZONE": "Europe/Berlin",
    "WORKTIME_DAYOFF": ["SA", "SU"],
    "WORKTIME_HOLIDAYS": ["01.01", "25.12"],
    "WORKTIME_DAYOFF_RULE": "text",
    "WORKTIME_DAYOFF_TEXT": "We are closed.",
    "WELCOME_BOT_ENABLE": "Y",
    "WELCOME_BOT_ID": "9",
    "WELCOME_BOT_TIME": "600",
    "WELCOME_MESSAGE": "Y",
    "WELCOME_MESSAGE_TEXT": "Welcome!",
    "NO_ANSWER_RULE": "text",
    "NO_ANSWER_TIME": "60",
    "NO_ANSWER_TEXT": "Nobody is there yet.",
    "CLOSE_RULE": "text",
    "CLOSE_TEXT": "Thank you.",
    "AUTO_CLOSE_RULE": "text",
    "AUTO_CLOSE_TIME": "14400",
    "AUTO_CLOSE_TEXT": "Closed for want of an answer.",
    "FULL_CLOSE_TIME": "10",
    "AGREEMENT_MESSAGE": "Y",
    "AGREEMENT_ID": "1",
    "USE_WELCOME_FORM": "Y",
    "WELCOME_FORM_ID": "4",
    "VOTE_MESSAGE": "Y",
    "VOTE_TIME_LIMIT": "0",
    "VOTE_MESSAGE_1_TEXT": "Please rate us.",
    "VOTE_MESSAGE_2_TEXT": "Send 1 for good, 0 for bad.",
    "CRM": "Y",
    "CRM_CREATE": "lead",
    "CRM_SOURCE": "create",
    "KPI_FIRST_ANSWER_TIME": "300",
    "KPI_FIRST_ANSWER_ALERT": "Y",
    "KPI_FIRST_ANSWER_LIST": ["2"],
    "KPI_FIRST_ANSWER_TEXT": "#OPERATOR# is late",
    "KPI_FURTHER_ANSWER_TIME": "600",
    "KPI_FURTHER_ANSWER_ALERT": "Y",
    "KPI_FURTHER_ANSWER_LIST": ["2"],
    "KPI_FURTHER_ANSWER_TEXT": "#OPERATOR# is late",
}
"""As config.get shows a line in which everything is on and nothing is wrong."""


NOT_SHOWN = None
"""What stands for a setting that an older portal does not have."""


WEEK = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


OFF = {"WORKTIME_ENABLE": "N"}


ALL = {"QUEUE_TYPE": "all"}


NAMELESS = {"QUEUE_USERS_FIELDS": {"3": {"USER_NAME": "Olga"}, "4": {"USER_NAME": ""}}}


Changes = dict[str, Any]


SILENT: dict[str, list[Changes]] = {
    "temporary": [{}, {"TEMPORARY": NOT_SHOWN}],
    "inactive": [{}, {"ACTIVE": NOT_SHOWN}],
    "empty_queue": [{"QUEUE": [3]}],
    "nobody_online": [
        {"QUEUE_ONLINE": NOT_SHOWN},
        {"QUEUE": [], "QUEUE_ONLINE": "N"},
        {"QUEUE": [], "presence": {5: "offline"}},
        {"QUEUE_ONLINE": "N", "presence": {3: "offline", 4: "online"}},
    ],
    "one_operator": [{}, {"QUEUE": []}],
    "short_offer": [
        {"QUEUE_TIME": "10"},
        {"QUEUE_TIME": "0"},
        {**ALL, "QUEUE_TIME": "9"},
        {"QUEUE_TYPE": NOT_SHOWN, "QUEUE_TIME": "9"},
    ],
    "loose_limit": [{"MAX_CHAT": "5"}, ALL],
    "nameless_operators": [{}, {**NAMELESS, "OPERATOR_DATA": "profile"}],
    "hours_missing": [{}, {**OFF, "WORKTIME_FROM": "", "WORKTIME_TO": ""}],
    "never_open": [
        {"WORKTIME_FROM": "9", "WORKTIME_TO": "9.01"},
        {**OFF, "WORKTIME_FROM": "22", "WORKTIME_TO": "6"},
        {"WORKTIME_FROM": ""},
        {"WORKTIME_TO": ""},
    ],
    "no_working_day": [
        {"WORKTIME_DAYOFF": WEEK[1:]},
        {"WORKTIME_DAYOFF": [*WEEK[1:], "SU"]},
        {**OFF, "WORKTIME_DAYOFF": WEEK},
    ],
    "no_time_zone": [{}, {**OFF, "WORKTIME_TIMEZONE": ""}],
    "silent_off_hours": [{}, {**OFF, "WORKTIME_DAYOFF_RULE": "none"}],
    "off_hours_text_unused": [{}, {**OFF, "WORKTIME_DAYOFF_RULE": "none"}],
    "one_hour": [
        {"WORKTIME_FROM": "9", "WORKTIME_TO": "9.59"},
        {"WORKTIME_FROM": "9", "WORKTIME_TO": "10.01"},
        {**OFF, "WORKTIME_FROM": "9", "WORKTIME_TO": "10"},
        {"WORKTIME_FROM": "", "WORKTIME_TO": "1"},
    ],
    "short_holiday": [{}, {"WORKTIME_HOLIDAYS": []}],
    "bot_without_id": [{"WELCOME_BOT_ID": "1"}, {"WELCOME_BOT_ENABLE": "N", "WELCOME_BOT_ID": "0"}],
    "bot_switched_off": [
        {},
        {"WELCOME_BOT_ENABLE": NOT_SHOWN},
        {"WELCOME_BOT_ENABLE": "N", "WELCOME_BOT_ID": "0"},
    ],
    "bot_for_ever": [
        {"WELCOME_BOT_TIME": "1"},
        {"WELCOME_BOT_TIME": NOT_SHOWN},
        {"WELCOME_BOT_TIME": "0", "WELCOME_BOT_ENABLE": "N"},
        {"WELCOME_BOT_TIME": "0", "WELCOME_BOT_ID": "0"},
    ],
    "empty_greeting": [{}, {"WELCOME_MESSAGE": "N", "WELCOME_MESSAGE_TEXT": ""}],
    "empty_no_answer": [{}, {"NO_ANSWER_RULE": "none", "NO_ANSWER_TEXT": ""}],
    "empty_off_hours": [{}, {"WORKTIME_DAYOFF_RULE": "none", "WORKTIME_DAYOFF_TEXT": ""}],
    "empty_closing": [{}, {"CLOSE_RULE": "none", "CLOSE_TEXT": ""}],
    "empty_auto_closing": [{}, {"AUTO_CLOSE_RULE": "none", "AUTO_CLOSE_TEXT": ""}],
    "early_excuse": [
        {"NO_ANSWER_TIME": "60"},
        {**ALL, "NO_ANSWER_TIME": "59"},
        {"NO_ANSWER_RULE": "none", "NO_ANSWER_TIME": "59"},
    ],
    "consent_to_nothing": [{}, {"AGREEMENT_MESSAGE": "N", "AGREEMENT_ID": "0"}],
    "no_form": [
        {"WELCOME_FORM_ID": "1"},
        {"WELCOME_FORM_ID": NOT_SHOWN},
        {"WELCOME_FORM_ID": "0", "USE_WELCOME_FORM": "N"},
    ],
    "closes_at_once": [{"AUTO_CLOSE_TIME": "1"}, {"AUTO_CLOSE_TIME": NOT_SHOWN}],
    "closes_early": [
        {"AUTO_CLOSE_TIME": "60"},
        {"AUTO_CLOSE_TIME": "0"},
        {**ALL, "AUTO_CLOSE_TIME": "60", "QUEUE_TIME": "3600"},
    ],
    "finished_outlives_silent": [{"AUTO_CLOSE_TIME": "600"}, {"AUTO_CLOSE_TIME": "0"}],
    "no_time_to_rate": [
        {"FULL_CLOSE_TIME": "1"},
        {"FULL_CLOSE_TIME": NOT_SHOWN},
        {"FULL_CLOSE_TIME": "0", "VOTE_MESSAGE": "N"},
    ],
    "short_time_to_rate": [
        {"VOTE_TIME_LIMIT": "60"},
        {"VOTE_TIME_LIMIT": "0"},
        {"VOTE_TIME_LIMIT": "59", "VOTE_MESSAGE": "N"},
    ],
    "rating_without_text": [{}, {"VOTE_MESSAGE": "N", "VOTE_MESSAGE_1_TEXT": "", "VOTE_MESSAGE_2_TEXT": ""}],
    "rating_without_digits": [
        {"VOTE_MESSAGE_2_TEXT": "10"},
        {"VOTE_MESSAGE_2_TEXT": " "},
        {"VOTE_MESSAGE_2_TEXT": "good or bad", "VOTE_MESSAGE": "N"},
    ],
    "no_source": [
        {},
        {"CRM_SOURCE": NOT_SHOWN},
        {"CRM_SOURCE": "", "CRM": "N"},
        {"CRM_SOURCE": "", "CRM_CREATE": "none"},
    ],
    **{
        f"{kpi.lower()}_{what}": [{}, {f"{kpi}_ALERT": "N", f"{kpi}_{setting}": empty}]
        for kpi in ("KPI_FIRST_ANSWER", "KPI_FURTHER_ANSWER")
        for what, setting, empty in (
            ("alert_without_time", "TIME", "0"),
            ("alert_for_nobody", "LIST", []),
            ("alert_without_text", "TEXT", ""),
        )
    },
    **{
        f"{kpi.lower()}_text_escaped_twice": [{f"{kpi}_TEXT": "late &gt; 5 min"}, {f"{kpi}_TEXT": "&amp;copy; &amp;"}]
        for kpi in ("KPI_FIRST_ANSWER", "KPI_FURTHER_ANSWER")
    },
    "no_target": [
        {"KPI_FIRST_ANSWER_TIME": "1", "KPI_FIRST_ANSWER_ALERT": "N"},
        {"KPI_FIRST_ANSWER_TIME": NOT_SHOWN, "KPI_FIRST_ANSWER_ALERT": "N"},
        {"KPI_FIRST_ANSWER_TIME": "0"},
    ],
    "target_of_one": [
        {"KPI_FIRST_ANSWER_TIME": "61"},
        {"KPI_FIRST_ANSWER_TIME": "0"},
        {**ALL, "KPI_FIRST_ANSWER_TIME": "60"},
        {"QUEUE": [3], "KPI_FIRST_ANSWER_TIME": "60"},
    ],
}
"""Rule -> changes to a well-set line that nearly break it."""


SPEAKS: dict[str, list[Changes]] = {
    "temporary": [{"TEMPORARY": "Y"}],
    "inactive": [{"ACTIVE": "N"}],
    "empty_queue": [{"QUEUE": []}, {"QUEUE": NOT_SHOWN}],
    "nobody_online": [{"QUEUE_ONLINE": "N"}, {"presence": {3: "offline", 4: "pause"}}],
    "one_operator": [{"QUEUE": [3]}],
    "short_offer": [{"QUEUE_TIME": "9"}, {"QUEUE_TIME": "1"}, {"QUEUE_TIME": "9", "QUEUE_TYPE": "strictly"}],
    "loose_limit": [{**ALL, "MAX_CHAT": "1"}],
    "nameless_operators": [NAMELESS, {"QUEUE_USERS_FIELDS": {"3": {"USER_NAME": "Olga"}}}, {"QUEUE_USERS_FIELDS": []}],
    "hours_missing": [{"WORKTIME_FROM": ""}, {"WORKTIME_TO": ""}],
    "never_open": [{"WORKTIME_FROM": "9", "WORKTIME_TO": "9"}, {"WORKTIME_FROM": "22", "WORKTIME_TO": "6"}],
    "no_working_day": [{"WORKTIME_DAYOFF": WEEK}],
    "no_time_zone": [{"WORKTIME_TIMEZONE": ""}],
    "silent_off_hours": [{"WORKTIME_DAYOFF_RULE": "none"}],
    "off_hours_text_unused": [OFF],
    "one_hour": [{"WORKTIME_FROM": "9", "WORKTIME_TO": "10"}, {"WORKTIME_FROM": "0", "WORKTIME_TO": "1"}],
    "short_holiday": [{"WORKTIME_HOLIDAYS": ["1.05"]}, {"WORKTIME_HOLIDAYS": ["01.01", "01.5"]}],
    "bot_without_id": [{"WELCOME_BOT_ID": "0"}],
    "bot_switched_off": [{"WELCOME_BOT_ENABLE": "N", "WELCOME_BOT_ID": "1"}],
    "bot_for_ever": [{"WELCOME_BOT_TIME": "0", "WELCOME_BOT_ID": "1"}],
    "empty_greeting": [{"WELCOME_MESSAGE_TEXT": " "}],
    "empty_no_answer": [{"NO_ANSWER_TEXT": " "}],
    "empty_off_hours": [{"WORKTIME_DAYOFF_TEXT": " "}],
    "empty_closing": [{"CLOSE_TEXT": " "}],
    "empty_auto_closing": [{"AUTO_CLOSE_TEXT": " "}],
    "early_excuse": [{"NO_ANSWER_TIME": "59"}, {"NO_ANSWER_TIME": "59", "QUEUE_TYPE": "strictly"}],
    "consent_to_nothing": [{"AGREEMENT_ID": "0"}],
    "no_form": [{"WELCOME_FORM_ID": "0"}],
    "closes_at_once": [{"AUTO_CLOSE_TIME": "0"}],
    "closes_early": [
        {"AUTO_CLOSE_TIME": "59"},
        {"AUTO_CLOSE_TIME": "1"},
        {"AUTO_CLOSE_TIME": "60", "QUEUE_TIME": "61"},
        {**ALL, "AUTO_CLOSE_TIME": "60", "NO_ANSWER_TIME": "61"},
    ],
    "finished_outlives_silent": [{"AUTO_CLOSE_TIME": "599"}, {"AUTO_CLOSE_TIME": "1"}],
    "no_time_to_rate": [{"FULL_CLOSE_TIME": "0"}],
    "short_time_to_rate": [{"VOTE_TIME_LIMIT": "59"}, {"VOTE_TIME_LIMIT": "1"}],
    "rating_without_text": [{"VOTE_MESSAGE_1_TEXT": ""}, {"VOTE_MESSAGE_2_TEXT": ""}],
    "rating_without_digits": [{"VOTE_MESSAGE_2_TEXT": "1 is good"}, {"VOTE_MESSAGE_2_TEXT": "0 is bad"}],
    "no_source": [{"CRM_SOURCE": ""}, {"CRM_SOURCE": "", "CRM_CREATE": "deal"}],
    **{
        f"{kpi.lower()}_{what}": [{f"{kpi}_{setting}": broken}]
        for kpi in ("KPI_FIRST_ANSWER", "KPI_FURTHER_ANSWER")
        for what, setting, broken in (
            ("alert_without_time", "TIME", "0"),
            ("alert_for_nobody", "LIST", []),
            ("alert_without_text", "TEXT", " "),
            ("text_escaped_twice", "TEXT", "late &amp;gt; 5 min"),
        )
    },
    "no_target": [{"KPI_FIRST_ANSWER_TIME": "0", "KPI_FIRST_ANSWER_ALERT": "N"}],
    "target_of_one": [
        {"KPI_FIRST_ANSWER_TIME": "60"},
        {"KPI_FIRST_ANSWER_TIME": "1"},
        {"KPI_FIRST_ANSWER_TIME": "60", "QUEUE_TYPE": "strictly"},
        {"KPI_FIRST_ANSWER_TIME": "60", "QUEUE": [3, 4, 5]},
    ],
}
"""Rule -> changes to a well-set line that just break it."""
