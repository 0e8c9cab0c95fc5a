"""The settings of a line, shared by config.add and config.update: every field that the server stores."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, model_validator
from typing_extensions import Doc

from tools.argument_checks import check_beside, check_working_hours
from tools.fields import (
    Clearable,
    Count,
    DayOff,
    DefaultOperator,
    Flag,
    Holidays,
    QueueMember,
    QueueProfile,
    Text,
    TimeOfDay,
    TimeZone,
)
from tools.method import Method

OffRule = Literal["none", "text"]
Short = Annotated[Clearable, Field(max_length=100)]
"""Texts that the server would cut."""
STORED = "stored, but without effect in the known versions of the portal"
Language = Annotated[str, Field(pattern="^[a-z]{2}$")]
Priority = Annotated[int, Field(ge=0, le=86400)]


def _read_map(value: Any) -> Any:
    """The form that REST has, a map by employee id, as a list."""
    if not isinstance(value, dict) or not all(str(key).isdecimal() for key in value):
        return value
    return [
        {**profile, "user_id": int(key)} if isinstance(profile, dict) else profile for key, profile in value.items()
    ]


def _refuse_repeated(profiles: list[QueueProfile]) -> list[QueueProfile]:
    if len({profile.user_id for profile in profiles}) < len(profiles):
        raise ValueError("names an employee twice")
    return profiles


def _format_map(profiles: list[QueueProfile]) -> dict[str, Any]:
    return {
        str(profile.user_id): profile.model_dump(by_alias=True, exclude_none=True, exclude={"user_id"})
        for profile in profiles
    }


Profiles = Annotated[
    list[QueueProfile], BeforeValidator(_read_map), AfterValidator(_refuse_repeated), PlainSerializer(_format_map)
]
Employees = Annotated[list[Count], Field(json_schema_extra={"minItems": 0})]
DaysOff = Annotated[list[DayOff], Field(json_schema_extra={"minItems": 0})]


class LineSettings(Method):
    """Every setting of a line; what is left out keeps its value, or gets the default in a new line."""

    line_name: Annotated[Text | None, Doc("name shown to employees; a new line gets 'Open Channel N'")] = None
    active: Annotated[
        Flag | None, Doc("false: answers no longer reach clients, and finishing closes at once without texts")
    ] = None
    language_id: Annotated[Language | None, Doc("language of the automatic texts")] = None
    temporary: Annotated[Flag | None, Doc("true: the portal deletes the line after 8 hours")] = None
    session_priority: Annotated[Priority | None, Doc("seconds by which the line's dialogs come first")] = None

    queue: Annotated[
        list[QueueMember] | None,
        Field(min_length=1),
        Doc("replaces the whole queue, in this order; who is left out loses all dialogs of the line to the queue"),
    ] = None
    queue_users_fields: Annotated[
        Profiles | None, Doc("how clients see each employee, with queue only; in REST a map by employee id")
    ] = None
    queue_type: Annotated[
        Literal["evenly", "strictly", "all"] | None,
        Doc("who is offered a new dialog: each in turn, the first free in order, or everyone at once; all"),
    ] = None
    queue_time: Annotated[Count | None, Doc("seconds until the dialog is offered to the next; 60")] = None
    check_available: Annotated[
        Flag | None, Doc("offer only to employees who are at work, not absent and not on pause")
    ] = None
    max_chat: Annotated[Count | None, Doc("dialogs per operator at a time; 0 is no limit")] = None
    type_max_chat: Annotated[
        Literal["answered", "answered_new", "closed"] | None,
        Doc(
            "which dialogs count towards max_chat: where the client waits for an answer, where nobody has answered "
            "yet, or all that are not closing; answered"
        ),
    ] = None
    operator_data: Annotated[
        Literal["profile", "queue", "hide"] | None, Doc("what clients see of operators; profile")
    ] = None
    default_operator_data: Annotated[DefaultOperator | None, Doc("shown where an operator has no data")] = None
    watch_typing: Annotated[Flag | None, Doc("let operators see the visitor of the site typing")] = None
    confirm_close: Annotated[Flag | None, Doc("the chat window asks the operator before closing; REST does not")] = None

    welcome_message: Annotated[
        Flag | None, Doc("greet when a client first writes; not where a bot meets the client")
    ] = None
    welcome_message_text: Annotated[Clearable | None, Doc("the greeting")] = None
    send_welcome_each_session: Annotated[Flag | None, Doc("greet in every session, not only in a new chat")] = None
    use_welcome_form: Annotated[Flag | None, Doc("ask for contacts with a CRM form; site chat only")] = None
    welcome_form_id: Annotated[Count | None, Doc("that CRM form")] = None
    welcome_form_delay: Annotated[
        Flag | None, Doc("true: the form comes after the first message, false: before it")
    ] = None
    ignore_welcome_form_responsible: Annotated[
        Flag | None, Doc("the first operator to answer becomes responsible for the lead and the contact")
    ] = None
    agreement_message: Annotated[Flag | None, Doc("ask for consent to data processing")] = None
    agreement_id: Annotated[Count | None, Doc("that agreement")] = None
    show_notification_redirect: Annotated[
        Flag | None, Doc("notify operators when one more of them is offered a dialog; the client sees nothing")
    ] = None

    welcome_bot_enable: Annotated[Flag | None, Doc("let a chat bot meet the client")] = None
    welcome_bot_id: Annotated[Count | None, Doc("that bot")] = None
    welcome_bot_join: Annotated[Literal["first", "always"] | None, Doc("first session only, or every one; always")] = (
        None
    )
    welcome_bot_time: Annotated[
        Count | None, Doc("seconds until the queue gets the dialog; 600; 0: never by itself")
    ] = None
    welcome_bot_left: Annotated[
        Literal["queue", "close"] | None, Doc("when the bot leaves the chat: on handing over, or at the end; queue")
    ] = None

    no_answer_time: Annotated[Count | None, Doc("seconds until the no-answer rule applies; 60")] = None
    no_answer_rule: Annotated[OffRule | None, Doc("what the client gets when nobody answers; none")] = None
    no_answer_text: Annotated[Clearable | None, Doc("text for that")] = None
    no_answer_form_id: Annotated[Count | None, Doc(STORED)] = None
    no_answer_bot_id: Annotated[Count | None, Doc(STORED)] = None

    worktime_enable: Annotated[Flag | None, Doc("keep working hours; some plans switch it off silently")] = None
    worktime_from: Annotated[
        TimeOfDay | None,
        Doc(
            "start, as HH:MM, 23:30 at the latest; sent as 9 or 18.30, because a colon makes the server store 9 / 18.30"
        ),
    ] = None
    worktime_to: Annotated[TimeOfDay | None, Doc("end, as HH:MM; always together with worktime_from, and later")] = None
    worktime_timezone: Annotated[TimeZone | None, Doc("IANA name, e.g. Europe/Berlin")] = None
    worktime_dayoff: Annotated[DaysOff | None, Doc("weekly days off")] = None
    worktime_holidays: Annotated[
        Holidays | None,
        Field(description="D.M"),
        Doc("yearly; 1.05 is 1 May, sent as 01.05, because the server compares with two digits"),
    ] = None
    worktime_dayoff_rule: Annotated[OffRule | None, Doc("what the client gets outside working hours; none")] = None
    worktime_dayoff_text: Annotated[Clearable | None, Doc("text for that")] = None
    worktime_dayoff_form_id: Annotated[Count | None, Doc(STORED)] = None
    worktime_dayoff_bot_id: Annotated[Count | None, Doc(STORED)] = None

    close_rule: Annotated[OffRule | None, Doc("what the client gets when an operator finishes; text")] = None
    close_text: Annotated[Clearable | None, Doc("text for that")] = None
    close_form_id: Annotated[Count | None, Doc(STORED)] = None
    close_bot_id: Annotated[Count | None, Doc(STORED)] = None
    full_close_time: Annotated[
        Count | None, Field(description="minutes"), Doc("from finishing to full closure; 10")
    ] = None
    auto_close_time: Annotated[
        Count | None, Doc("seconds of silence after the operator's message until automatic closure; 14400")
    ] = None
    auto_close_rule: Annotated[OffRule | None, Doc("what the client gets at automatic closure; none")] = None
    auto_close_text: Annotated[Clearable | None, Doc("text for that")] = None
    auto_close_form_id: Annotated[Count | None, Doc(STORED)] = None
    auto_close_bot_id: Annotated[Count | None, Doc(STORED)] = None
    auto_expire_time: Annotated[Count | None, Doc(STORED)] = None

    vote_message: Annotated[Flag | None, Doc("ask the client for a rating; some plans switch it off silently")] = None
    vote_before_finish: Annotated[Flag | None, Doc("let visitors of the site rate before the end")] = None
    vote_closing_delay: Annotated[
        Flag | None, Doc("true: close as soon as the client has rated, false: wait for full_close_time")
    ] = None
    vote_time_limit: Annotated[Count | None, Doc("seconds the client has for rating; 0 is no limit")] = None
    vote_message_1_text: Annotated[Short | None, Doc("request in the site widget")] = None
    vote_message_1_like: Annotated[Short | None, Doc("reply to a like in the widget")] = None
    vote_message_1_dislike: Annotated[Short | None, Doc("reply to a dislike in the widget")] = None
    vote_message_2_text: Annotated[Clearable | None, Doc("request in messengers; the client answers 1 or 0")] = None
    vote_message_2_like: Annotated[Clearable | None, Doc("reply to a like in messengers")] = None
    vote_message_2_dislike: Annotated[Clearable | None, Doc("reply to a dislike in messengers")] = None

    crm: Annotated[Flag | None, Doc("look the client up in CRM; forced off without the CRM module")] = None
    crm_create: Annotated[Literal["none", "lead", "deal"] | None, Doc("made for an unknown client; lead")] = None
    crm_create_second: Annotated[str | None, Doc("with deal: number of the pipeline of the new deal")] = None
    crm_create_third: Annotated[Flag | None, Doc("with deal: false makes a new deal each time")] = None
    crm_source: Annotated[str | None, Doc("source written into the new record; create")] = None
    crm_forward: Annotated[Flag | None, Doc("send a known client to the person responsible in CRM")] = None
    crm_chat_tracker: Annotated[Flag | None, Doc("recognise phones and e-mails in messages")] = None
    crm_transfer_change: Annotated[Flag | None, Doc("a new operator becomes responsible in CRM")] = None
    category_enable: Annotated[
        Flag | None, Doc("give sessions a category; without effect on CRM in the known versions")
    ] = None
    category_id: Annotated[Count | None, Doc("that category")] = None
    quick_answers_iblock_id: Annotated[Count | None, Doc("information block with the quick answers")] = None

    kpi_first_answer_time: Annotated[Count | None, Doc("seconds allowed for the first answer; 0 is no check")] = None
    kpi_first_answer_alert: Annotated[Flag | None, Doc("notify when it is exceeded")] = None
    kpi_first_answer_list: Annotated[Employees | None, Doc("employees to notify")] = None
    kpi_first_answer_text: Annotated[Clearable | None, Doc("that notice; the server escapes HTML at every write")] = (
        None
    )
    kpi_further_answer_time: Annotated[Count | None, Doc("seconds allowed for later answers; 0 is no check")] = None
    kpi_further_answer_alert: Annotated[Flag | None, Doc("notify when it is exceeded")] = None
    kpi_further_answer_list: Annotated[Employees | None, Doc("employees to notify")] = None
    kpi_further_answer_text: Annotated[Clearable | None, Doc("that notice; the server escapes HTML at every write")] = (
        None
    )
    kpi_check_operator_activity: Annotated[Flag | None, Doc(STORED)] = None

    outside_params: ClassVar[frozenset[str]] = frozenset()
    """Arguments that stand beside PARAMS, not in it."""

    @classmethod
    def wire_path(cls, name: str) -> tuple[str, ...]:
        """Settings travel inside PARAMS."""
        return (name.upper(),) if name in cls.outside_params else ("PARAMS", name.upper())

    @model_validator(mode="after")
    def _settings_are_read_as_given(self) -> Self:
        check_working_hours(self, "worktime_from", "worktime_to")
        check_beside(self, "queue", "queue_users_fields")
        return self
