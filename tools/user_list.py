"""What the methods of users share: their scopes, and the form of their lists."""

from typing import Annotated, Any, Literal, Self

from pydantic import model_validator
from typing_extensions import Doc

from tools import colleague_view
from tools.argument_checks import check_both_or_neither
from tools.dialog_view import render_unreadable
from tools.effect import Effect
from tools.fields import Count, Detail
from tools.messenger_results import UserResult
from tools.method import Method
from tools.result_types import Rows, read_whole
from tools.shortening import CUT
from tools.user_fields import FieldName, Selected

PAGE = 50


class UserMethod(Method):
    """Base of the methods of users: whichever of three scopes is granted decides which fields they show."""

    scopes = ("user_brief", "user_basic", "user")
    effects = Effect.READ


class UserList(UserMethod):
    """Base of the lists of users, in pages of fifty."""

    returns = Rows[UserResult]
    data_type = colleague_view.ColleaguesView
    answer = (
        "`[{ID, ACTIVE, NAME, LAST_NAME, IS_ONLINE, WORK_POSITION, UF_DEPARTMENT, USER_TYPE, ...}]`: a list, ID is a "
        "text. Beside `result` stand `total` and, where another page follows, `next`, the value for `start`."
    )
    tool_answer = (
        "`users`, each with id, name, position, departments, email, phone, active, online, type (employee, extranet, "
        "email); `next_start` where the page was full. With detail=full or select the portal's fields, in upper case."
    )

    sort: Annotated[FieldName | None, Doc("field to sort by, e.g. LAST_NAME")] = None
    order: Annotated[Literal["ASC", "DESC"] | None, Doc("direction; needed with sort")] = None
    admin_mode: Annotated[bool | None, Doc("an administrator sees guests and people without a department too")] = None
    select: Annotated[Selected | None, Doc("fields to show; * for all, UF_* for all custom ones")] = None
    start: Annotated[Count | None, Doc("users to skip; pages have 50")] = None
    detail: Detail = "concise"

    @classmethod
    def wire_path(cls, name: str) -> tuple[str, ...]:
        """The official pages spell some of these in lower case."""
        return (name,) if name in {"sort", "order", "select", "start"} else (name.upper(),)

    @model_validator(mode="after")
    def _a_field_and_a_direction(self) -> Self:
        check_both_or_neither(self, "sort", "order")
        return self

    def shape(self, result: Any) -> Any:
        """The usual fields of each unless others are wanted, and where the next page begins."""
        whole = self.detail == "full" or self.select is not None
        following = {"next_start": (self.start or 0) + PAGE} if len(result) >= PAGE else {}
        if whole:
            return {"users": result, **following}
        rows = [user for user in result if isinstance(user, dict) and read_whole(user.get("ID")) > 0]
        lost = {"unreadable": len(result) - len(rows)} if len(rows) < len(result) else {}
        return {"users": [colleague_view.view_colleague(user) for user in rows], **lost, **following}

    def shorten(self, result: Any, share: float) -> Any | None:
        """Fewer of a page, and how to read the others of it: `start` only leads to the page after."""
        shorter = super().shorten({name: value for name, value in result.items() if name != "next_start"}, share)
        if shorter is None or "users" not in shorter[CUT]["parts"]:
            return shorter
        ids = [read_whole(user.get("id") or user.get("ID")) for user in shorter["users"] if isinstance(user, dict)]
        if self.rest != "user.get" or self.start or not ids or ids != sorted(ids):
            return shorter
        following = f'start left out, sort=ID, order=ASC, and {{">ID": {ids[-1]}}} in filter beside what it has'
        return {**shorter, CUT: {**shorter[CUT], "next": following}}

    def text(self, result: Any) -> str:
        """One line a user."""
        if self.detail == "full" or self.select is not None:
            return super().text(result)
        lines = [colleague_view.render_colleague(user) for user in result["users"]] or ["No users."]
        lines += render_unreadable(result)
        return "\n".join([*lines, *([f"More with start={result['next_start']}."] if "next_start" in result else [])])
