"""What goes on at a portal during a campaign: clients and operators of many dialogs at random, the same each time."""

import random
import time
from collections import defaultdict
from types import TracebackType
from typing import Any, Self

import httpx

from sandbox.seed.seed import ADMIN_WEBHOOK_PATH, APPLICATION_PATH

LINE = 1
ACTIONS = {"write": 70, "operator": 14, "edit": 4, "delete": 3, "finish": 9}
"""What happens, and how often in a hundred times."""
ADMIN = 1


class Life:
    """Brings events about through the control API, and remembers what the law needs to know of them."""

    def __init__(self, address: str, seed: int = 1) -> None:
        self.http = httpx.Client(base_url=address, timeout=30)
        self.chats: list[int] = []
        self.count = 0
        """Events so far."""
        self.texts: dict[int, set[str]] = defaultdict(set)
        """Message -> every text that it has had."""
        self.written: dict[int, float] = {}
        """Message -> when it was written, in Unix seconds by this machine's clock."""
        self.edits: set[tuple[int, str]] = set()
        self.deleted: set[int] = set()
        self._chosen = random.Random(seed)  # noqa: S311  (the same each time)
        self._open: set[int] = set()
        self._last: dict[int, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.http.close()

    def control(self, what: str, body: Any = None) -> Any:
        """See something of the portal, or with a body do something to it."""
        answer = self.http.get(f"/_sandbox/{what}") if body is None else self.http.post(f"/_sandbox/{what}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def call(self, method: str, params: Any = None, *, application: bool = False) -> Any:
        """The result of a method, as the administrator or the application calls it."""
        path = APPLICATION_PATH if application else ADMIN_WEBHOOK_PATH
        answer = self.http.post(f"{path}{method}", json=params or {})
        assert answer.is_success, answer.text
        return answer.json()["result"]

    def add_dialogs(self, count: int, *, answered: bool = True) -> None:
        """New clients write for the first time; the administrator takes their dialogs."""
        for number in range(count):
            said = f"Hello, I am client {len(self.chats)} of {count}"
            written = self.control("client-message", {"line_id": LINE, "name": f"Client {number}", "text": said})
            self.chats.append(written["chat_id"])
            self._note(written, said)
            if answered:
                self.call("imopenlines.operator.answer", {"CHAT_ID": written["chat_id"]})

    def go_on(self, count: int) -> None:
        """So many events more."""
        names, weights = list(ACTIONS), list(ACTIONS.values())
        for _ in range(count):
            act = getattr(self, self._chosen.choices(names, weights)[0])
            act(self._chosen.choice(self.chats))
            self.count += 1

    def write(self, chat_id: int) -> None:
        """A client's message."""
        text = f"Message {self.count} of a client in {chat_id} — ждём"
        written = self.control("client-message", {"chat_id": chat_id, "text": text})
        self._note(written, text)

    def operator(self, chat_id: int) -> None:
        """An answer to the client, or a client's message where no session is open."""
        if chat_id not in self._open:
            return self.write(chat_id)
        text = f"Answer {self.count} in {chat_id}"
        written = self.control("operator-message", {"chat_id": chat_id, "user_id": ADMIN, "text": text})
        return self._note(written, text, is_client=False)

    def _note(self, written: dict[str, Any], text: str, *, is_client: bool = True) -> None:
        number = written["message_id"]
        self.texts[number].add(text)
        self.written[number] = time.time()
        self._open.add(written["chat_id"])
        if is_client:
            self._last[written["chat_id"]] = number

    def edit(self, chat_id: int) -> None:
        """A change of the client's last message."""
        number, text = self._last[chat_id], f"Mended {self.count} in {chat_id}"
        if number in self.deleted:
            return self.write(chat_id)
        self.texts[number].add(text)
        self.control("message-edit", {"message_id": number, "text": text})
        self.edits.add((number, text))
        return None

    def delete(self, chat_id: int) -> None:
        """The client's last message is deleted."""
        if self._last[chat_id] in self.deleted:
            return self.write(chat_id)
        self.deleted.add(self._last[chat_id])
        self.control("message-delete", {"message_id": self._last[chat_id]})
        return None

    def finish(self, chat_id: int) -> None:
        """The session is closed, if one is open."""
        if chat_id not in self._open:
            return self.write(chat_id)
        self.control("events/trigger", {"event": "ONSESSIONFINISH", "chat_id": chat_id})
        self._open.discard(chat_id)
        return None
