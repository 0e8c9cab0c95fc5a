"""How a portal refuses: a code, a text and an HTTP status."""

from typing import Any

OK = 200
"""The HTTP status of an answer that went well, and of the few errors that the core passes through."""


class RefusalError(Exception):
    """An error answer; the code may be empty, as some real answers are."""

    def __init__(self, code: str, text: str = "", status: int = 400, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.text = text
        self.status = status
        self.extra = extra

    def make_body(self) -> dict[str, Any]:
        """The JSON body of the answer."""
        return {"error": self.code, "error_description": self.text, **self.extra}


def make_empty_error() -> RefusalError:
    """The refusal with an empty code, which some methods give for an operation that failed without saying why."""
    return RefusalError("")


def make_method_not_found_error() -> RefusalError:
    """The core's refusal of an unknown method, with 404; it comes before the credentials are looked at."""
    return RefusalError("ERROR_METHOD_NOT_FOUND", "Method not found!", 404)


def make_missing_argument_error(name: str) -> RefusalError:
    """The core's refusal of an argument that is null or empty, with its name in `argument`."""
    return RefusalError("ERROR_ARGUMENT", f"Argument '{name}' is null or empty", argument=name)


def make_wrong_type_error(name: str) -> RefusalError:
    """The core's refusal of an argument of a wrong type, with its name in `argument`."""
    return RefusalError("ERROR_ARGUMENT", f"The value of an argument '{name}' has an invalid type", argument=name)
