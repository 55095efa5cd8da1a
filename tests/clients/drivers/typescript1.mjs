// @modelcontextprotocol/sdk: version 1 of the TypeScript SDK. It leaves the parameters to the app.
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { run } from './typescript.mjs';

await run({
  Client,
  Transport: StreamableHTTPClientTransport,
  UnauthorizedError,
  finish: async (transport, parameters) => {
    const error = parameters.get('error');
    if (error) throw new Error(error);
    await transport.finishAuth(parameters.get('code'));
  },
});
