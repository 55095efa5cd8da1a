"""mcp: version 2 of the Python SDK."""

import time

import anyio
from lines import browse, serve, settings
from mcp import ClientSession
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata


class Storage:
    tokens = None
    client = None
    registrations = 0

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.registrations += 1
        self.client = client


storage = Storage()
sent_back = {}


async def redirect(url):
    global sent_back
    sent_back = await browse(url)


async def callback():
    if error := sent_back.get("error"):
        raise RuntimeError(error)
    names = ("code", "state", "iss")
    return AuthorizationCodeResult(**{name: sent_back.get(name) for name in names})


provider = OAuthClientProvider(
    settings["url"],
    OAuthClientMetadata(**settings["metadata"]),
    storage,
    redirect,
    callback,
    client_metadata_url=settings.get("document"),
)


async def session(use):
    async with (
        create_mcp_http_client(auth=provider) as http,
        streamable_http_client(settings["url"], http_client=http) as (read, write),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        return await use(session)


async def connect(_):
    await session(lambda session: session.list_tools())


async def call(command):
    arguments = {"text": command["text"]} if "text" in command else {}
    answer = await session(lambda session: session.call_tool(command["tool"], arguments))
    return answer.content[0].text


async def expire(_):
    provider.context.token_expiry_time = time.time() - 1


async def state(_):
    return {
        "client_id": storage.client and storage.client.client_id,
        "registrations": storage.registrations,
        "tokens": storage.tokens and storage.tokens.model_dump(mode="json"),
    }


anyio.run(serve, {"connect": connect, "call": call, "expire": expire, "state": state})
