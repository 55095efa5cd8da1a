// What both versions of the TypeScript SDK have in common: an OAuth provider that keeps everything
// in memory, and the actions that the tests ask for.
import { randomUUID } from 'node:crypto';
import { browse, serve, settings } from './lines.mjs';

class Provider {
  clientMetadataUrl = settings.document;
  clientMetadata = settings.metadata;
  redirectUrl = settings.metadata.redirect_uris[0];
  registrations = 0;

  state() {
    return randomUUID();
  }
  clientInformation() {
    return this.client;
  }
  saveClientInformation(client) {
    if (client.client_id !== this.client?.client_id) this.registrations += 1;
    this.client = client;
  }
  tokens() {
    return this.kept;
  }
  saveTokens(tokens) {
    this.kept = tokens;
  }
  redirectToAuthorization(url) {
    this.url = url;
  }
  saveCodeVerifier(verifier) {
    this.verifier = verifier;
  }
  codeVerifier() {
    return this.verifier;
  }
  discoveryState() {
    return this.discovered;
  }
  saveDiscoveryState(state) {
    this.discovered = state;
  }
  invalidateCredentials(which) {
    if (which === 'all' || which === 'client') this.client = undefined;
    if (which === 'all' || which === 'tokens') this.kept = undefined;
    if (which === 'all' || which === 'verifier') this.verifier = undefined;
    if (which === 'all' || which === 'discovery') this.discovered = undefined;
  }
}

export async function run({ Client, Transport, UnauthorizedError, finish }) {
  const provider = new Provider();
  let client, transport;

  const connect = async () => {
    client = new Client({ name: 'driver', version: '1.0.0' });
    transport = new Transport(new URL(settings.url), { authProvider: provider });
    await client.connect(transport);
  };
  // As an app does: if the SDK asks for the user, it opens the browser, and then tries again.
  const attempt = async (action) => {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof UnauthorizedError) || !provider.url) throw error;
      const url = provider.url;
      provider.url = undefined;
      await finish(transport, await browse(url));
      await connect();
      return await action();
    }
  };
  const call = async ({ tool, text }) => {
    const answer = await client.callTool({ name: tool, arguments: text ? { text } : {} });
    return answer.content[0].text;
  };
  await serve({
    connect: () => attempt(connect),
    call: (command) => attempt(() => call(command)),
    // The server refuses this one like one that has expired.
    expire: () => {
      provider.kept = { ...provider.kept, access_token: 'expired' };
    },
    state: () => ({
      client_id: provider.client?.client_id,
      registrations: provider.registrations,
      tokens: provider.kept,
    }),
  });
}
