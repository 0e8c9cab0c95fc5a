"""What goes wrong where something has to be kept."""


class StorageError(Exception):
    """The state or the audit log cannot be read or written; `kind` names the fault of the system or the database."""

    def __init__(self, fault: Exception) -> None:
        super().__init__(f"{type(fault).__name__}: {fault}")
        self.kind = type(fault).__name__
