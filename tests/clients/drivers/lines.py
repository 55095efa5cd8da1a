"""The protocol of lines.mjs."""

import json
import sys
from urllib.parse import parse_qs, urlsplit

import anyio.to_thread

settings = json.loads(sys.argv[1])


def write(message):
    print(json.dumps(message), flush=True)


async def read():
    line = await anyio.to_thread.run_sync(sys.stdin.readline)
    return json.loads(line) if line else None


async def browse(url):
    """Opens the URL and returns the parameters with which the browser was sent back."""
    write({"open": url})
    callback = (await read())["callback"]
    if callback is None:
        raise RuntimeError("the browser was not sent back")
    parameters = parse_qs(urlsplit(callback).query)
    return {name: values[0] for name, values in parameters.items()}


def reason(error):
    """The first cause of an error, which task groups wrap."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"


async def serve(actions):
    while command := await read():
        try:
            write({"done": await actions[command["do"]](command)})
        except Exception as error:
            write({"failed": reason(error)})
