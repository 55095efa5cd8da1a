// The tokens of a client, where the host lists them.

import { h } from './dom.js';
import { t, number, known } from './text.js';
import { clientPath, get } from './api.js';
import { button, empty, facts, load, table, time, visible } from './parts.js';
import { confirm } from './dialog.js';
import * as inputs from './inputs.js';

export async function tokens({ name, client, area, signal }) {
  const holder = h('div');
  area.append(holder);
  const fetch = async (own) => {
    const [stats, page] = await Promise.all(['/stats', '/tokens?page_size=50'].map((below) =>
      get(clientPath(name, below), { signal: own })));
    return { stats: stats.data, page };
  };
  const reload = () => load(holder, fetch, show, signal);

  function show({ stats, page }) {
    if (page.items.length === 0) {
      return empty(t('tokens.empty.title'), h('p', {}, t('tokens.empty.text')), stats.last_request_at
        && h('p', {}, t('tokens.last'), ' ', time(stats.last_request_at)));
    }
    return [
      h('div.bar-top', {}, facts([
        [t('tokens.active'), number(stats.active_tokens)],
        [t('tokens.refresh'), number(stats.active_refresh_tokens)],
        [t('tokens.last'), time(stats.last_request_at)],
      ]), button(t('tokens.revoke'), revoke, 'danger')),
      table(t('tab.tokens'), [
        [t('tokens.type'), (token) => known(`token.${token.token_type}`, token.token_type)],
        [t('field.scopes'), (token) => (token.scope ? h('code', {}, visible(token.scope)) : '—')],
        [t('tokens.user'), (token) => (token.user_id ? visible(token.user_id) : '—')],
        [t('field.created_at'), (token) => time(token.created_at)],
        [t('field.expires_at'), (token) => time(token.expires_at)],
      ], page.items),
      page.total > page.items.length && h('p.muted', {}, t('page.first', { count: number(page.items.length), total: number(page.total) })),
    ];
  }

  async function revoke() {
    const grace = inputs.select(t('tokens.grace'), [['0', t('secret.grace.none')], ['3600', t('secret.grace.hours', { hours: 1 })]], '0');
    const path = () => clientPath(name, `/tokens?grace_period=${grace.value()}`);
    const done = await confirm({
      title: t('tokens.revoke'), action: t('tokens.revoke'), danger: true, fields: [grace.node],
      request: () => ['DELETE', path()],
      text: [h('p', {}, t('tokens.revoke.text'), ' ', h('strong', {}, visible(client.name)))],
    });
    if (done) reload();
  }

  await reload();
}
