// openid-client, and oauth4webapi beneath it: OAuth libraries that know nothing of MCP.
import * as oauth from 'openid-client';
import { browse, serve, settings } from './lines.mjs';

const issuer = new URL(new URL(settings.url).origin);
let config, tokens;

// Without one it uses `client_secret_post`, whatever was registered.
const methods = {
  none: oauth.None,
  client_secret_basic: oauth.ClientSecretBasic,
  client_secret_post: oauth.ClientSecretPost,
};

async function authorize(scope) {
  const verifier = oauth.randomPKCECodeVerifier();
  const state = oauth.randomState();
  const redirect_uri = settings.metadata.redirect_uris[0];
  const url = oauth.buildAuthorizationUrl(config, {
    redirect_uri,
    scope,
    state,
    resource: settings.url,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  const callback = new URL(redirect_uri);
  callback.search = await browse(url);
  // It checks `iss`, which the metadata announces.
  const checks = { pkceCodeVerifier: verifier, expectedState: state };
  tokens = await oauth.authorizationCodeGrant(config, callback, checks, { resource: settings.url });
}

await serve({
  connect: async () => {
    const authentication = methods[settings.metadata.token_endpoint_auth_method]();
    config = await oauth.dynamicClientRegistration(issuer, settings.metadata, authentication, {
      execute: [oauth.allowInsecureRequests],
      algorithm: settings.discovery,
    });
    await authorize('mcp:read');
  },
  refresh: async () => {
    tokens = await oauth.refreshTokenGrant(config, tokens.refresh_token);
  },
  step_up: () => authorize('mcp:read mcp:write'),
  state: () => ({ client_id: config.clientMetadata().client_id, tokens }),
});
