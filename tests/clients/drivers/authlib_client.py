"""Authlib: an OAuth library that knows nothing of MCP. Registration is a plain request."""

import anyio
import anyio.to_thread
import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from lines import browse, serve, settings

issuer = settings["url"].removesuffix("/mcp")
metadata = requests.get(f"{issuer}/.well-known/oauth-authorization-server").json()
session = None


async def authorize(scope):
    verifier = generate_token(64)
    url, state = session.create_authorization_url(
        metadata["authorization_endpoint"],
        code_verifier=verifier,
        resource=settings["url"],
        scope=scope,
    )
    sent_back = await browse(url)
    if error := sent_back.get("error"):
        raise RuntimeError(error)
    assert sent_back["state"] == state and sent_back["iss"] == issuer
    session.fetch_token(
        metadata["token_endpoint"],
        code=sent_back["code"],
        code_verifier=verifier,
        resource=settings["url"],
    )


async def connect(_):
    global session
    endpoint = metadata["registration_endpoint"]
    client = requests.post(endpoint, json=settings["metadata"]).json()
    session = OAuth2Session(
        client["client_id"],
        client.get("client_secret"),
        token_endpoint_auth_method=client["token_endpoint_auth_method"],
        redirect_uri=client["redirect_uris"][0],
        code_challenge_method="S256",
    )
    await authorize("mcp:read")


async def refresh(_):
    session.refresh_token(metadata["token_endpoint"])


async def step_up(_):
    await authorize("mcp:read mcp:write")


async def state(_):
    return {"client_id": session.client_id, "tokens": dict(session.token)}


anyio.run(
    serve,
    {"connect": connect, "refresh": refresh, "step_up": step_up, "state": state},
)
