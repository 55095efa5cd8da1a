// Requests to the admin API, with the authority of the user.

import { t } from './text.js';

/** A response that is no success. */
export class Failure extends Error {
  constructor(status, message, headers) {
    super(message);
    this.status = status;
    this.retryAfter = headers?.get('Retry-After');
  }
}

let config;
let base;
let token = null;
let renewed = 0;
let signIn = null;
let asking = null;

/** Reads `config.json`. `ask` gets a token or another try from the user, or fails. */
export async function connect(ask) {
  const response = await fetch('./config.json', { cache: 'no-cache' });
  if (!response.ok) throw new Failure(response.status, 'config.json');
  config = await response.json();
  base = new URL(config.api.replace(/\/?$/, '/'), location.href.split('#')[0]);
  signIn = ask;
  return config;
}

export const has = (feature) => config.features.includes(feature);
export const tenant = () => config.tenant;
export const endpoint = (path) => new URL(path.replace(/^\//, ''), base).href;

async function fetchToken() {
  const url = new URL(config.auth.url, location.href.split('#')[0]);
  const response = await fetch(url, { method: 'POST', credentials: 'same-origin' });
  if (!response.ok) throw new Failure(response.status, t('auth.refused'), response.headers);
  const { access_token: value, expires_in: seconds } = await response.json();
  renewed = Date.now() + (seconds - 60) * 1000;
  return value;
}

/** At most one request or dialog at a time, however many requests wait for it. */
function once(run) {
  asking ??= run().finally(() => { asking = null; });
  return asking;
}

async function authority(wasRefused) {
  const { kind } = config.auth;
  if (kind === 'token-endpoint') {
    if (wasRefused || !token || Date.now() >= renewed) {
      await once(async () => {
        try {
          token = await fetchToken();
        } catch (error) {
          if (!(error instanceof Failure) || ![401, 403].includes(error.status)) throw error;
          await signIn(kind);
          token = await fetchToken();
        }
      });
    }
  } else if (wasRefused || (kind === 'prompt' && !token)) {
    await once(async () => { token = (await signIn(kind, wasRefused)) ?? token; });
  }
}

function send(method, url, { body, headers = {}, signal } = {}) {
  const all = { Accept: 'application/json', ...headers };
  if (token) all.Authorization = `Bearer ${token}`;
  if (config.tenant) all['X-Tenant-ID'] = config.tenant;
  if (body !== undefined) all['Content-Type'] = 'application/json';
  const credentials = config.auth.kind === 'session' ? 'same-origin' : 'omit';
  const text = body === undefined ? undefined : JSON.stringify(body);
  return fetch(url, { method, headers: all, body: text, signal, credentials, cache: 'no-store' });
}

/** Sends a request, and again if it takes a new authority. Answers the raw response. */
export async function raw(method, path, options) {
  const url = endpoint(path);
  await authority(false);
  const sent = token;
  let response = await send(method, url, options);
  if (response.status === 401) {
    // Another request may have renewed it meanwhile.
    if (sent === token) await authority(true);
    response = await send(method, url, options);
  }
  if (response.ok) return response;
  const { message } = await response.json().catch(() => ({}));
  throw new Failure(response.status, message ?? response.statusText, response.headers);
}

/** Sends a request; answers the body with its `ETag` and the position of the next page. */
export async function call(method, path, options) {
  const response = await raw(method, path, options);
  const answer = response.status === 204 ? {} : await response.json();
  const link = response.headers.get('Link');
  const next = /<([^>]*)>;\s*rel="next"/.exec(link ?? '')?.[1];
  answer.next = next ? new URL(next, base).searchParams.get('after') : null;
  answer.etag = response.headers.get('ETag');
  return answer;
}

export const get = (path, options) => call('GET', path, options);

const ADMIN = '/admin/oauth';
export const CLIENTS = `${ADMIN}/clients`;
export const path = (name) => `${ADMIN}/${name}`;

/** A URL keeps it as it is, which it does not with `..`, and a proxy may decode the others. */
const PLAIN = /^[\w~-][\w.~-]*$/;

/** What names a client in the page's own URL: its `client_id`, or its `id` if a URL would change it. */
export function nameOf({ client_id: clientId, id, action }) {
  if (PLAIN.test(clientId)) return clientId;
  // An entry of the audit trail has an id of its own.
  return id && !action ? `id:${id}` : `client_id:${clientId}`;
}

/** The name for the other requests, from that in the URL: the API is asked for the `id` if need be. */
export async function named(name, signal) {
  if (PLAIN.test(name) || BY_ID.test(name)) return name;
  const [found] = (await get(`${CLIENTS}${query({ client_id: name.replace(/^client_id:/, '') })}`, { signal })).items;
  if (!found) throw new Failure(404, '');
  return `id:${found.id}`;
}

const BY_ID = /^id:([0-9A-Z]{26})$/;

/** The path of a client. By `id` where a proxy may decode the `client_id`. */
export function clientPath(name, below = '') {
  const id = BY_ID.exec(name)?.[1];
  return `${CLIENTS}/${id ? `by-id/${id}` : encodeURIComponent(name)}${below}`;
}

/** `?a=b` of what is set. */
export function query(values) {
  const set = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
  return set.length ? `?${new URLSearchParams(set)}` : '';
}

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

/** The same request for a shell. */
export function curl(method, path, { body, headers = {} } = {}) {
  const parts = ['curl -sS'];
  if (method !== 'GET') parts.push(`-X ${method}`);
  parts.push(quoted(endpoint(path)), '-H "Authorization: Bearer $TOKEN"');
  const all = { ...headers };
  if (config.tenant) all['X-Tenant-ID'] = config.tenant;
  if (body !== undefined) all['Content-Type'] = 'application/json';
  for (const [name, value] of Object.entries(all)) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (body !== undefined) parts.push(`-d ${quoted(JSON.stringify(body))}`);
  return parts.join(' \\\n  ');
}
