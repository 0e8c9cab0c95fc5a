"""Setting lines up: create, change and delete them, join a line of the network."""

from typing import Annotated, Self

from pydantic import Field, model_validator
from typing_extensions import Doc

from tools.argument_checks import check_only_with_switch
from tools.channels import LINE_ID_EMPTY
from tools.effect import Effect
from tools.error_advice import BOTS_OFF
from tools.fields import LineId, NetworkCode, OnlyYes
from tools.line_settings import LineSettings
from tools.method import Method
from tools.result_types import NewId

LINE_PERMISSION = {
    "CONFIG_WRONG_USER_PERMISSION": "The user behind the webhook may not change this line (or it does not exist). It "
    "takes the Modify permission for the line's employees, or the permission for all lines."
}
LINE_DETAILS = (
    "People in the queue who are unknown, dismissed or from outside are dropped silently; where nobody is left, the "
    "caller becomes the only operator. "
    "Values that the server does not know are replaced without a word, so this server checks them before sending. "
    "Some plans switch `vote_message` and `worktime_enable` off and turn the queue type `all` into `evenly`, again "
    "without a word: read the line back with config_get."
)


class ConfigAdd(LineSettings):
    """Create a line. Every setting is optional; without a queue you are its only operator.

    The line has no channel yet: connecting one is done in the portal or by an application. Answers the new id. Some
    plans quietly change settings: check with config_get. The page of this method explains each setting.
    """

    rest = "imopenlines.config.add"
    title = "Create a line"
    effects = Effect.WRITE
    returns = NewId
    refusals = {False: "The portal could not store the line. Nothing was created; check the values and try again."}
    afterwards = (
        "config_list_get shows the line; read it back with config_get: the portal replaces some values silently."
    )
    answer = "Id of the new line, an integer."
    details = "Anyone with the scope may create lines. " + LINE_DETAILS
    example = {
        "line_name": "Online Store Support Line",
        "queue": [
            {"entity_type": "user", "entity_id": 1},
            {"entity_type": "user", "entity_id": 15},
            {"entity_type": "user", "entity_id": 23},
        ],
        "queue_type": "strictly",
        "queue_time": 45,
        "welcome_message": True,
        "welcome_message_text": "Hello! We answer within two minutes",
        "worktime_enable": True,
        "worktime_from": "09:00",
        "worktime_to": "21:00",
        "worktime_timezone": "Europe/Berlin",
        "worktime_dayoff": ["SA", "SU"],
    }


class ConfigUpdate(LineSettings):
    """Change settings of a line: only those given. `queue` replaces the whole queue: those left out lose their dialogs.

    active=false switches it off. Read it first with config_get. For the settings see the page of config_add.
    """

    rest = "imopenlines.config.update"
    title = "Change a line"
    effects = Effect.WRITE | Effect.TAKEOVER | Effect.DESTRUCTIVE
    idempotent = True
    errors = {**LINE_ID_EMPTY, **LINE_PERMISSION}
    refusals = {
        False: "Nothing was changed: the line does not exist, or the queue is made of departments without people. "
        "Check both with config_get and config_list_get."
    }
    afterwards = (
        "Read the line back with config_get: the portal replaces some values silently. dialog_get shows where the "
        "dialogs of people who left the queue went."
    )
    answer = "`true`."
    details = (
        "`false` (a missing line, an invalid queue, a failed write) is reported as an error. "
        "**Whoever is left out of `queue` loses all dialogs of the line**, accepted and pinned ones too: the portal's "
        "timer offers them to the others, with a notice to colleagues. The settings of the "
        "welcome bot and the deal category are reset by the server unless their switch is sent in the same call, so "
        "this server refuses them alone. KPI texts are escaped at every write: do not write back what was read. "
        + LINE_DETAILS
    )
    example = {"config_id": 15, "line_name": "VIP support", "queue_type": "strictly", "queue_time": 45}
    outside_params = frozenset({"config_id"})

    config_id: LineId
    skip_modify_mark: Annotated[OnlyYes | None, Doc("true: do not record who changed the line and when")] = None

    @model_validator(mode="after")
    def _settings_are_stored(self) -> Self:
        if not self.model_dump(exclude_none=True, exclude={"config_id", "skip_modify_mark"}):
            raise ValueError("give at least one setting to change")
        check_only_with_switch(self, "welcome_bot_enable", "welcome_bot_id", "welcome_bot_time", "welcome_bot_left")
        check_only_with_switch(self, "category_enable", "category_id")
        return self


class ConfigDelete(Method):
    """Delete a line for good, with its queue, statistics and links to channels. There is no undo.

    To stop it for a while use config_update with active=false.
    """

    rest = "imopenlines.config.delete"
    title = "Delete a line"
    effects = Effect.DESTRUCTIVE
    idempotent = True
    errors = {**LINE_ID_EMPTY, **LINE_PERMISSION}
    refusals = {False: "There is no line with this config_id; nothing was deleted. See config_list_get."}
    afterwards = "config_list_get no longer shows the line."
    answer = "`true`."
    details = "Connectors are dropped from the line and open sessions are cleaned up later in the background."
    example = {"config_id": 15}

    config_id: LineId


class NetworkJoin(Method):
    """Connect the portal to a line of another company on the Bitrix24 network by its 32-character code.

    Needed once before network_message_add. Answers the id of the bot that stands for the line; joining again answers
    the same id.
    """

    rest = "imopenlines.network.join"
    title = "Join a network line"
    effects = Effect.WRITE
    idempotent = True
    returns = NewId
    errors = {
        "CODE": "The code has to be exactly 32 characters. Copy it from the line's network settings.",
        "IMBOT_ERROR": BOTS_OFF,
        "NOT_FOUND": "There is no line with this code. Check it with the company that owns the line.",
        "INACTIVE": "That line is switched off by its owner. Try again when it is active.",
    }
    afterwards = "No method lists joined lines; joining again is harmless and answers the id of the same bot."
    answer = "Id of the bot that stands for the line, an integer."
    example = {"code": "ab515f5d85a8b844d484f6ea75a2e494"}

    code: Annotated[NetworkCode, Field(description="32 characters")]
