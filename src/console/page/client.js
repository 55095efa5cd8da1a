// One client: what it is, its secrets, its audit trail, its tokens, and what can't be undone.

import { h, put, within } from './dom.js';
import { t, known, list } from './text.js';
import { clientPath, get, has, named, nameOf } from './api.js';
import { button, buttonLink, code, copyButton, facts, heading, outside, state, time, visible } from './parts.js';
import { normal } from './fields.js';
import { used } from './list.js';

const TABS = [
  ['overview', async () => overview],
  ['secrets', async () => (await import('./secrets.js')).secrets],
  ['audit', async () => (await import('./audit.js')).trail],
  ['tokens', async () => (await import('./tokens.js')).tokens, 'tokens'],
  ['danger', async () => (await import('./manage.js')).danger],
];

export default async function page(context) {
  const { segments, params, signal, reload } = context;
  const name = await named(segments[1], signal);
  const answer = await get(`${clientPath(name)}?view=full`, { signal });
  const client = normal(answer.data);
  const tabs = TABS.filter(([, , feature]) => !feature || has(feature));
  const nav = h('nav.tabs', { 'aria-label': t('client.tabs') });
  const area = h('section', { tabindex: '-1' });
  let opened;

  async function open(tab) {
    const [chosen, module] = tabs.find(([key]) => key === tab) ?? tabs[0];
    nav.replaceChildren(...tabs.map(([key]) => h('a', {
      href: `#/clients/${encodeURIComponent(name)}${key === 'overview' ? '' : `?tab=${key}`}`,
      'aria-current': key === chosen ? 'page' : null,
    }, t(`tab.${key}`))));
    area.setAttribute('aria-label', t(`tab.${chosen}`));
    opened?.abort();
    opened = within(signal);
    const { signal: own } = opened;
    // What comes late goes into a panel that is no longer there.
    const panel = h('div');
    put(area, panel);
    area.setAttribute('aria-busy', 'true');
    const show = await module();
    Promise.resolve(show({ client, etag: answer.etag, name, area: panel, signal: own, reload })).finally(() => {
      if (!own.aborted) area.removeAttribute('aria-busy');
    });
  }

  await open(params.tab);
  const clone = async () => {
    const { clone: run } = await import('./manage.js');
    const made = await run(client, name);
    if (made) location.hash = `#/clients/${encodeURIComponent(nameOf(made))}`;
  };
  const view = [
    heading([visible(client.name), ' ', state(client.status)], {
      back: ['#/clients', t('nav.clients')],
      below: [code(client.client_id), ' ', copyButton(client.client_id, t('field.client_id'))],
      actions: [
        button(t('clone'), clone),
        buttonLink(`#/clients/${encodeURIComponent(name)}/edit`, t('edit'), 'primary'),
      ],
    }),
    nav, area,
  ];
  return { title: client.name, view, update: (next) => open(next.tab) };
}

const plain = (items, show = code) => (items?.length
  ? h('ul.plain', {}, items.map((item) => h('li', {}, show(item))))
  : h('span.muted', {}, t('none')));

function overview({ client, area }) {
  const row = (name, value) => value && [t(`field.${name}`), value];
  const text = (name, show = visible) => row(name, client[name] && show(client[name]));
  const pairs = Object.entries(client.metadata ?? {});
  const group = (title, rows) => {
    const there = rows.filter(Boolean);
    return there.length > 0 && h('div.card', {}, h('h2', {}, t(title)), facts(there));
  };
  area.append(h('div.cards', {},
    group('group.use', [
      row('status', state(client.status)),
      row('last_used_at', used(client)),
      row('created_at', time(client.created_at)),
      row('updated_at', time(client.updated_at)),
      row('origin', client.origin && t(`origin.${client.origin}`)),
      row('id', code(client.id)),
      row('tenant_id', code(client.tenant_id)),
    ]),
    group('group.signin', [
      row('kind', t(client.is_confidential ? 'confidential' : 'public')),
      row('client_auth_methods', list(client.client_auth_methods.map((name) => t(`method.${name}`)))),
      row('grant_types', plain(client.grant_types, (name) => known(`grant.${name}`, name))),
      row('scopes', client.scopes.length ? h('span.tags', {}, client.scopes.map((scope) => h('code.tag', {}, scope)))
        : h('span.muted', {}, t('none'))),
      text('fapi_profile', (name) => t(`fapi.${name}`)),
      text('jwks_uri', outside),
      client.jwks && row('jwks', h('details', {}, h('summary', {}, t('show')), h('pre', { tabindex: '0', 'aria-label': t('field.jwks') }, pretty(client.jwks)))),
    ]),
    group('group.redirects', [
      row('redirect_uris', plain(client.redirect_uris)),
      client.post_logout_redirect_uris?.length && row('post_logout_redirect_uris', plain(client.post_logout_redirect_uris)),
      client.cors_origins?.length && row('cors_origins', plain(client.cors_origins)),
      client.allowed_cors_origins?.length && row('allowed_cors_origins', plain(client.allowed_cors_origins)),
    ]),
    group('group.about', [
      text('description', (value) => h('span.lines', {}, visible(value))),
      client.contacts?.length && row('contacts', plain(client.contacts, visible)),
      text('website', outside), text('logo_url', outside), text('privacy_policy', outside), text('terms_url', outside),
    ]),
    pairs.length > 0 && h('div.card', {}, h('h2', {}, t('field.metadata')),
      facts(pairs.map(([key, value]) => [visible(key), visible(value)])))));
}

function pretty(json) {
  try { return JSON.stringify(JSON.parse(json), null, 2); } catch { return json; }
}
