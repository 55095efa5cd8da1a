// The fields of a client that can be set, and how two versions of them differ.

/** Each field with the kind of its input. The order is that of the form. */
export const FIELDS = {
  name: 'text',
  description: 'lines',
  is_confidential: 'kind',
  redirect_uris: 'list',
  grant_types: 'grants',
  client_auth_methods: 'methods',
  scopes: 'words',
  fapi_profile: 'fapi',
  jwks_uri: 'text',
  jwks: 'json',
  post_logout_redirect_uris: 'list',
  allowed_cors_origins: 'list',
  website: 'text',
  logo_url: 'text',
  privacy_policy: 'text',
  terms_url: 'text',
  contacts: 'list',
  metadata: 'pairs',
};

const LISTS = ['list', 'grants', 'methods', 'words'];

/** A client with a value for each field: the API leaves out what is not set. */
export function normal(client) {
  const whole = { ...client };
  if (typeof client.client_auth_methods === 'string') {
    try { whole.client_auth_methods = JSON.parse(client.client_auth_methods); } catch { whole.client_auth_methods = []; }
  }
  for (const [name, kind] of Object.entries(FIELDS)) {
    if (kind === 'pairs') whole[name] = { ...(whole[name] ?? {}) };
    else if (LISTS.includes(kind)) whole[name] = [...(whole[name] ?? [])];
    else if (kind !== 'kind') whole[name] ??= '';
  }
  return whole;
}

const sorted = (value) => (value && typeof value === 'object' && !Array.isArray(value)
  ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
  : value);

export const same = (a, b) => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

/** The names of the fields in which two versions differ. */
export const differing = (a, b) => Object.keys(FIELDS).filter((name) => !same(a[name], b[name]));

/** A merge patch (RFC 7396) that makes `from` have these fields of `to`. */
export function patch(from, to, names) {
  const body = {};
  for (const name of names) {
    const value = to[name];
    if (FIELDS[name] === 'pairs') {
      const gone = Object.keys(from[name]).filter((key) => !(key in value));
      body[name] = { ...Object.fromEntries(gone.map((key) => [key, null])), ...value };
    } else {
      body[name] = value === '' && name !== 'name' ? null : value;
    }
  }
  // Changing the kind alone would reset the methods.
  if ('is_confidential' in body) body.client_auth_methods = to.client_auth_methods;
  return body;
}

/** A new client: what is not set is left out. */
export function creation(draft) {
  const isSet = (value) => (typeof value === 'object' ? Object.keys(value).length > 0 : value !== '');
  const names = Object.keys(FIELDS).filter((name) => isSet(draft[name]) || name === 'name' || name === 'redirect_uris');
  return Object.fromEntries(names.map((name) => [name, draft[name]]));
}

/** The faults in a message of the API: `redirect_uris[1]: must not …; jwks: holds …`. */
export function faults(message) {
  return message.split(/; (?=[a-z_]+(?:[.[][^:]*)?: |and \d+ more)/).map((part) => {
    const [, field, index, text] = /^([a-z_]+)(?:\[(\d+)\])?(?:[.[][^:]*)?: ([^]*)$/.exec(part) ?? [];
    const isKnown = field in FIELDS;
    return isKnown ? { field, index: index === undefined ? null : Number(index), text } : { text: part };
  });
}
