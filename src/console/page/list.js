// The list of clients.

import { h, s, debounce } from './dom.js';
import { t, number, day } from './text.js';
import { CLIENTS, curl, get, nameOf, query } from './api.js';
import {
  announce, button, buttonLink, choice, code, copyButton, empty, heading, load, pager, refill, state, table, time, visible,
} from './parts.js';

const SIZE = 25;
const DAY = 86400;
const STATES = ['active', 'suspended', 'inactive'];
const ORIGINS = ['administrator', 'dynamic', 'import'];
const GRANTS = [
  'authorization_code', 'refresh_token', 'client_credentials', 'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:jwt-bearer', 'urn:ietf:params:oauth:grant-type:token-exchange',
  'urn:openid:params:grant-type:ciba',
];
const METHODS = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'];
const SEARCHES = ['name', 'client_id', 'redirect_host', 'redirect_uri', 'scope'];
const MORE = ['grant', 'method', 'is_confidential', 'deleted'];

const search = (params) => SEARCHES.find((name) => params[name]) ?? 'name';
const link = (params) => `#/clients${query(Object.fromEntries(Object.entries(params).filter(([, value]) => value)))}`;

/** One letter of an alphabet finds too much; one of another script may be a word. */
const isEnough = (text) => text.length !== 1 || text > '\u007f';

export default async function page({ params: first, signal }) {
  let params = { ...first };
  const results = h('div.results');
  const counted = h('div');

  const change = (changes) => {
    params = { ...params, ...changes, after: undefined };
    history.replaceState(null, '', link(params));
    run();
  };

  const by = h('select', { 'aria-label': t('list.search.by'), value: search(params) },
    SEARCHES.map((name) => h('option', { value: name }, t(`search.${name}`))));
  const field = h('input', {
    type: 'search', 'aria-label': t('list.search'), placeholder: t('list.search'), autocomplete: 'off',
    spellcheck: 'false', value: params[search(params)] ?? '',
  });
  const seek = () => {
    const text = field.value.trim();
    if (!isEnough(text) || (params[by.value] ?? '') === text) return;
    change({ ...Object.fromEntries(SEARCHES.map((name) => [name, undefined])), [by.value]: text || undefined });
  };
  const later = debounce(seek, 250, signal);
  field.addEventListener('input', later);
  by.addEventListener('change', () => { if (field.value.trim()) { params[by.value] = undefined; seek(); } });

  const options = (any, names, text) => [['', t(any)], ...names.map((name) => [name, t(text(name))])];
  const filter = (label, name, choices) =>
    choice(t(label), choices, params[name], (value) => change({ [name]: value || undefined }), name);
  const unused = [30, 90, 180, 365].map((days) => [String(days * DAY), t('list.unused.days', { days: number(days) })]);
  const more = h('details.more', { open: MORE.some((name) => params[name]) },
    h('summary', {}, t('list.more')),
    h('div.filters', {},
      filter('field.grant_types', 'grant', options('any', GRANTS, (name) => `grant.${name}`)),
      filter('field.client_auth_methods', 'method', options('any', METHODS, (name) => `method.${name}`)),
      filter('field.is_confidential', 'is_confidential', [['', t('any')], ['true', t('confidential')], ['false', t('public')]]),
      filter('list.deleted', 'deleted', [['', t('list.deleted.no')], ['true', t('list.deleted.yes')]]),
      button(t('list.count'), () => load(counted, counts, bars, signal), 'small')),
    counted);
  const form = h('form.filters', {
    role: 'search',
    onsubmit: (event) => { event.preventDefault(); later.cancel(); seek(); },
  },
  h('div.search', {}, by, field),
  filter('field.status', 'status', options('any', STATES, (name) => `state.${name}`)),
  filter('field.origin', 'origin', options('any', ORIGINS, (name) => `origin.${name}`)),
  filter('list.unused', 'unused_for', [['', t('any')], ...unused]));

  const run = () => load(results,
    (own) => get(`${CLIENTS}${query({ after: '', page_size: SIZE, view: 'full', ...params })}`, { signal: own }), (page) => {
      announce(t('list.found', { count: number(page.items.length) }));
      return shown(page.items, page.next, params, run);
    }, signal);

  await run();
  const view = [
    heading(t('nav.clients'), { actions: buttonLink('#/clients/new', t('list.new'), 'primary') }),
    form, more, results,
  ];
  return {
    title: t('nav.clients'),
    view,
    update(next) {
      params = { ...next };
      by.value = search(params);
      field.value = params[by.value] ?? '';
      refill(form, params);
      refill(more, params);
      run();
    },
  };
}

function shown(items, next, params, reload) {
  if (items.length === 0) return nothing(params);
  const rest = Object.fromEntries(Object.entries(params).filter(([name]) => name !== 'after'));
  const key = JSON.stringify(rest);
  return [
    table(t('nav.clients'), params.deleted === 'true' ? deleted(reload) : columns(), items),
    pager(key, params.after, next, (after) => link({ ...rest, after })),
  ];
}

const title = (client) => h('div.name', {},
  h('a', { href: `#/clients/${encodeURIComponent(nameOf(client))}` }, visible(client.name)),
  h('span.id', {}, code(client.client_id), copyButton(client.client_id, t('field.client_id'))));

const columns = () => [
  [t('field.name'), title, 'wide'],
  [t('field.kind'), (client) => [t(client.is_confidential ? 'confidential' : 'public'),
    client.origin && client.origin !== 'administrator' && h('span.tag', {}, t(`origin.${client.origin}`))]],
  [t('field.status'), (client) => state(client.status)],
  [t('secret.label'), (client) => client.secret_last_four
    ? h('code', { title: t('secret.last.four') }, `…${client.secret_last_four}`)
    : h('span.muted', {}, t('none'))],
  [t('field.last_used_at'), used],
  [t('field.created_at'), (client) => h('span.nowrap', {}, time(client.created_at))],
];

/** Never used, or not for long, is said plainly. */
export function used(client) {
  if (!client.last_used_at) return h('span.muted', {}, t('never.used'));
  const isOld = Date.now() - new Date(client.last_used_at) > 90 * DAY * 1000;
  return h('span.nowrap', {}, time(client.last_used_at), isOld && h('span.tag.warn', {}, t('unused.90')));
}

const deleted = (reload) => [
  [t('field.name'), (client) => h('div.name', {}, visible(client.name), h('span.id', {}, code(client.client_id))), 'wide'],
  [t('field.deleted_at'), (client) => day(client.deleted_at)],
  ['', (client) => button(t('restore'), async () => {
    const { restore } = await import('./manage.js');
    if (await restore(client)) reload();
  }, 'small'), 'end'],
];

function nothing(params) {
  if (Object.entries(params).some(([, value]) => value)) {
    return empty(t('list.none.title'), h('p', {}, t('list.none.text')),
      h('p', {}, h('a.button', { href: '#/clients' }, t('list.none.clear'))));
  }
  const body = { name: 'My Application', redirect_uris: ['https://app.example.com/callback'] };
  return empty(t('list.empty.title'), h('p', {}, t('list.empty.text')),
    h('p', {}, buttonLink('#/clients/new', t('list.new'), 'primary')),
    h('p', {}, t('list.empty.curl')),
    h('pre', { tabindex: '0', 'aria-label': t('curl.title') }, h('code', {}, curl('POST', CLIENTS, { body }))));
}

/** Counts by state, when they are asked for: each is a request. */
const counts = (signal) => Promise.all(STATES.map(async (status) =>
  (await get(`${CLIENTS}${query({ status, page: 1, page_size: 1 })}`, { signal })).total));

function bars(totals) {
  const most = Math.max(1, ...totals);
  const rows = STATES.map((name, at) => {
    const width = (200 * totals[at]) / most;
    return h('div.bar', {}, state(name),
      s('svg', { viewBox: '0 0 200 12', width: 200, height: 12, 'aria-hidden': 'true' },
        s('rect', { x: 0, y: 2, width: Math.max(width, totals[at] ? 2 : 0), height: 8, rx: 2, fill: 'currentColor' })),
      h('span', {}, number(totals[at])));
  });
  return h('div.bars', { role: 'group', 'aria-label': t('list.count') }, rows);
}

export { GRANTS, METHODS };
