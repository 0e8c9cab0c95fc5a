"""The settings of a line, shared by config.add and config.update: every field that the server stores."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator
from typing_extensions import Doc

from tools.fields import (
    AnObject,
    Count,
    DayOff,
    DefaultOperator,
    Flag,
    Holidays,
    OperatorProfile,
    QueueMember,
    Text,
    TimeOfDay,
    TimeZone,
)
from tools.method import Method
from tools.rules import both_or_neither

OffRule = Literal["none", "text"]
Short = Annotated[str, Field(max_length=100)]
"""Texts that the server would cut."""
Language = Annotated[str, Field(pattern="^[a-z]{2}$")]
Priority = Annotated[int, Field(ge=0, le=86400)]
Profiles = Annotated[dict[Annotated[str, Field(pattern=r"^\d+$")], OperatorProfile], AnObject]
StandIn = Annotated[DefaultOperator, AnObject]


class LineSettings(Method):
    """Every setting of a line; what is left out keeps its value, or gets the default in a new line."""

    line_name: Annotated[Text | None, Doc("name shown to employees; a new line gets 'Open Channel N'")] = None
    active: Annotated[Flag | None, Doc("false: the line takes no messages and closes sessions at once")] = None
    language_id: Annotated[Language | None, Doc("language of the automatic texts")] = None
    temporary: Annotated[Flag | None, Doc("true: the portal deletes the line after 8 hours")] = None
    session_priority: Annotated[Priority | None, Doc("seconds by which the line's dialogs come first")] = None

    queue: Annotated[
        list[QueueMember] | None,
        Field(min_length=1),
        Doc("replaces the whole queue, in this order; employees and departments"),
    ] = None
    queue_users_fields: Annotated[Profiles | None, Doc("employee id -> how clients see that employee")] = None
    queue_type: Annotated[
        Literal["evenly", "strictly", "all"] | None,
        Doc("who is offered a new dialog: each in turn, the first free in order, or everyone at once; all"),
    ] = None
    queue_time: Annotated[Count | None, Doc("seconds until the dialog is offered to the next; 60")] = None
    check_available: Annotated[Flag | None, Doc("offer only to employees who have started their day")] = None
    max_chat: Annotated[Count | None, Doc("dialogs per operator at a time; 0 is no limit")] = None
    type_max_chat: Annotated[
        Literal["answered", "answered_new", "closed"] | None, Doc("which dialogs count towards max_chat; answered")
    ] = None
    operator_data: Annotated[
        Literal["profile", "queue", "hide"] | None, Doc("what clients see of operators; profile")
    ] = None
    default_operator_data: Annotated[StandIn | None, Doc("shown where an operator has no data")] = None
    watch_typing: Annotated[Flag | None, Doc("show operators that the client is typing")] = None
    confirm_close: Annotated[Flag | None, Doc("ask the operator before closing")] = None

    welcome_message: Annotated[Flag | None, Doc("greet at the start of a dialog")] = None
    welcome_message_text: Annotated[str | None, Doc("the greeting")] = None
    send_welcome_each_session: Annotated[Flag | None, Doc("greet in every session, not only the first")] = None
    use_welcome_form: Annotated[Flag | None, Doc("ask for contacts with a CRM form first")] = None
    welcome_form_id: Annotated[Count | None, Doc("that CRM form")] = None
    welcome_form_delay: Annotated[Flag | None, Doc("show the form with a delay")] = None
    ignore_welcome_form_responsible: Annotated[Flag | None, Doc("do not take the responsible person from the form")] = (
        None
    )
    agreement_message: Annotated[Flag | None, Doc("ask for consent to data processing")] = None
    agreement_id: Annotated[Count | None, Doc("that agreement")] = None
    show_notification_redirect: Annotated[Flag | None, Doc("tell the client when the dialog moves")] = None

    welcome_bot_enable: Annotated[Flag | None, Doc("let a chat bot meet the client")] = None
    welcome_bot_id: Annotated[Count | None, Doc("that bot")] = None
    welcome_bot_join: Annotated[Literal["first", "always"] | None, Doc("first session only, or every one; always")] = (
        None
    )
    welcome_bot_time: Annotated[Count | None, Doc("seconds until the bot hands over to the queue; 600")] = None
    welcome_bot_left: Annotated[Literal["queue", "close"] | None, Doc("when the bot leaves the chat; queue")] = None

    no_answer_time: Annotated[Count | None, Doc("seconds until the no-answer rule applies; 60")] = None
    no_answer_rule: Annotated[OffRule | None, Doc("what the client gets when nobody answers; none")] = None
    no_answer_text: Annotated[str | None, Doc("text for that")] = None
    no_answer_form_id: Annotated[Count | None, Doc("CRM form for that")] = None
    no_answer_bot_id: Annotated[Count | None, Doc("bot for that")] = None

    worktime_enable: Annotated[Flag | None, Doc("keep working hours; some plans switch it off silently")] = None
    worktime_from: Annotated[
        TimeOfDay | None, Doc("start, as HH:MM; sent as 9 or 18.30, because a colon makes the server store 9 / 18.30")
    ] = None
    worktime_to: Annotated[TimeOfDay | None, Doc("end, as HH:MM; always together with worktime_from")] = None
    worktime_timezone: Annotated[TimeZone | None, Doc("IANA name, e.g. Europe/Berlin")] = None
    worktime_dayoff: Annotated[list[DayOff] | None, Doc("weekly days off")] = None
    worktime_holidays: Annotated[Holidays | None, Field(description="D.M"), Doc("yearly; 1.05 is 1 May")] = None
    worktime_dayoff_rule: Annotated[OffRule | None, Doc("what the client gets outside working hours; none")] = None
    worktime_dayoff_text: Annotated[str | None, Doc("text for that")] = None
    worktime_dayoff_form_id: Annotated[Count | None, Doc("CRM form for that")] = None
    worktime_dayoff_bot_id: Annotated[Count | None, Doc("bot for that")] = None

    close_rule: Annotated[OffRule | None, Doc("what the client gets when an operator finishes; text")] = None
    close_text: Annotated[str | None, Doc("text for that")] = None
    close_form_id: Annotated[Count | None, Doc("CRM form for that")] = None
    close_bot_id: Annotated[Count | None, Doc("bot for that")] = None
    full_close_time: Annotated[
        Count | None, Field(description="minutes"), Doc("from finishing to full closure; 10")
    ] = None
    auto_close_time: Annotated[Count | None, Doc("seconds of silence until automatic closure; 14400")] = None
    auto_close_rule: Annotated[OffRule | None, Doc("what the client gets at automatic closure; none")] = None
    auto_close_text: Annotated[str | None, Doc("text for that")] = None
    auto_close_form_id: Annotated[Count | None, Doc("CRM form for that")] = None
    auto_close_bot_id: Annotated[Count | None, Doc("bot for that")] = None
    auto_expire_time: Annotated[Count | None, Doc("seconds that an automatically closed session lives; 86400")] = None

    vote_message: Annotated[Flag | None, Doc("ask the client for a rating; some plans switch it off silently")] = None
    vote_before_finish: Annotated[Flag | None, Doc("ask before the operator finishes")] = None
    vote_closing_delay: Annotated[Flag | None, Doc("close as soon as the client has rated")] = None
    vote_time_limit: Annotated[Count | None, Doc("seconds the client has for rating; 0 is no limit")] = None
    vote_message_1_text: Annotated[Short | None, Doc("request in the site widget")] = None
    vote_message_1_like: Annotated[Short | None, Doc("reply to a like in the widget")] = None
    vote_message_1_dislike: Annotated[Short | None, Doc("reply to a dislike in the widget")] = None
    vote_message_2_text: Annotated[str | None, Doc("request in messengers; the client answers 1 or 0")] = None
    vote_message_2_like: Annotated[str | None, Doc("reply to a like in messengers")] = None
    vote_message_2_dislike: Annotated[str | None, Doc("reply to a dislike in messengers")] = None

    crm: Annotated[Flag | None, Doc("look the client up in CRM; forced off without the CRM module")] = None
    crm_create: Annotated[Literal["none", "lead", "deal"] | None, Doc("made for an unknown client; lead")] = None
    crm_create_second: Annotated[str | None, Doc("deal pipeline or second record, as a code")] = None
    crm_create_third: Annotated[Flag | None, Doc("also make a record at the end of the dialog")] = None
    crm_source: Annotated[str | None, Doc("source written into the new record; create")] = None
    crm_forward: Annotated[Flag | None, Doc("send a known client to the person responsible in CRM")] = None
    crm_chat_tracker: Annotated[Flag | None, Doc("recognise phones and e-mails in messages")] = None
    crm_transfer_change: Annotated[Flag | None, Doc("a transfer also changes the responsible person")] = None
    category_enable: Annotated[Flag | None, Doc("put new records into a deal category")] = None
    category_id: Annotated[Count | None, Doc("that category")] = None
    quick_answers_iblock_id: Annotated[Count | None, Doc("information block with the quick answers")] = None

    kpi_first_answer_time: Annotated[Count | None, Doc("seconds allowed for the first answer; 0 is no check")] = None
    kpi_first_answer_alert: Annotated[Flag | None, Doc("notify when it is exceeded")] = None
    kpi_first_answer_list: Annotated[list[Count] | None, Doc("employees to notify")] = None
    kpi_first_answer_text: Annotated[str | None, Doc("that notice; the server escapes HTML at every write")] = None
    kpi_further_answer_time: Annotated[Count | None, Doc("seconds allowed for later answers; 0 is no check")] = None
    kpi_further_answer_alert: Annotated[Flag | None, Doc("notify when it is exceeded")] = None
    kpi_further_answer_list: Annotated[list[Count] | None, Doc("employees to notify")] = None
    kpi_further_answer_text: Annotated[str | None, Doc("that notice; the server escapes HTML at every write")] = None
    kpi_check_operator_activity: Annotated[Flag | None, Doc("watch whether operators are active")] = None

    outside_params: ClassVar[frozenset[str]] = frozenset()
    """Arguments that stand beside PARAMS, not in it."""

    @classmethod
    def wire_path(cls, name: str) -> tuple[str, ...]:
        """Settings travel inside PARAMS."""
        return (name.upper(),) if name in cls.outside_params else ("PARAMS", name.upper())

    @model_validator(mode="after")
    def _working_hours_are_a_pair(self) -> Self:
        both_or_neither(self, "worktime_from", "worktime_to")
        return self
