"""A small synchronous client of the sandbox, over ASGI and without a network."""

import asyncio
from typing import Any

import httpx

from sandbox.app import create_app
from sandbox.seed.seed import ADMIN_WEBHOOK_PATH
from sandbox.state.company import Company


class SandboxClient:
    def __init__(self, client_host: str = "127.0.0.1") -> None:
        self.app = create_app()
        self._transport = httpx.ASGITransport(self.app, client=(client_host, 50000))

    @property
    def company(self) -> Company:
        company: Company = self.app.state.company
        return company

    def send(self, verb: str, path: str, **options: Any) -> httpx.Response:
        async def exchange() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url="http://portal") as client:
                return await client.request(verb, path, **options)

        return asyncio.run(exchange())

    def post(self, method: str, params: Any = None, *, path: str = ADMIN_WEBHOOK_PATH) -> httpx.Response:
        return self.send("POST", path + method, json=params or {})

    def call(self, method: str, params: Any = None, *, path: str = ADMIN_WEBHOOK_PATH) -> Any:
        answer = self.post(method, params, path=path)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    def expect_refusal(self, method: str, params: Any = None, *, path: str = ADMIN_WEBHOOK_PATH) -> tuple[int, str]:
        answer = self.post(method, params, path=path)
        body = answer.json()
        assert "result" not in body, body
        assert "time" not in body
        return answer.status_code, body["error"]

    def control(self, action: str, body: Any = None) -> Any:
        answer = self.send("POST", f"/_sandbox/{action}", json=body or {})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def switch(self, **switches: Any) -> None:
        self.control("switches", switches)

    def read_state(self) -> Any:
        return self.send("GET", "/_sandbox/state").json()

    def read_chat(self, chat_id: int) -> Any:
        return next(chat for chat in self.read_state()["chats"] if chat["id"] == chat_id)

    def read_session(self, session_id: int) -> Any:
        return next(session for session in self.read_state()["sessions"] if session["id"] == session_id)

    def write_as_client(self, chat_id: int, text: str) -> Any:
        return self.control("client-message", {"chat_id": chat_id, "text": text})

    def list_texts(self, chat_id: int) -> list[str]:
        return [message.text for message in self.company.list_messages(chat_id)]
