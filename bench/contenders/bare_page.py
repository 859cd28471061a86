"""The least that a page from Python needs: one route, served by Starlette and uvicorn, and a line that says where."""

import socket
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

listening = socket.create_server(("127.0.0.1", 0))


class Server(uvicorn.Server):
    """Says where it is once it serves."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve, and say so."""
        await super().startup(sockets)
        print(f"http://127.0.0.1:{listening.getsockname()[1]}/", flush=True)


app = Starlette(routes=[Route("/", lambda _: PlainTextResponse("hello"))])
Server(uvicorn.Config(app, log_level="error")).run(sockets=[listening])
sys.exit(0)
