// What can be done to a client as a whole: clone, suspend, delete, restore.

import { h } from './dom.js';
import { t } from './text.js';
import { clientPath, nameOf } from './api.js';
import { announce, button, code, time, visible } from './parts.js';
import { confirm, showSecret } from './dialog.js';

/** Clones a client and shows the secret of the clone. Resolves with the clone. */
export async function clone(client, name) {
  const path = clientPath(name, '/clone');
  const done = await confirm({
    title: t('clone.title'), action: t('clone'), request: () => ['POST', path],
    text: [h('p', {}, t('clone.text'), ' ', h('strong', {}, visible(client.name)))],
  });
  if (!done) return null;
  const made = done.data;
  const secret = made.client_secret;
  delete made.client_secret;
  if (secret) await showSecret({ title: t('secret.title'), secret, clientId: made.client_id });
  return made;
}

export async function restore(client) {
  const path = clientPath(nameOf(client), '/restore');
  const done = await confirm({
    title: t('restore.title'), action: t('restore'), request: () => ['POST', path],
    text: [h('p', {}, t('restore.text'), ' ', h('strong', {}, visible(client.name)))],
  });
  return Boolean(done);
}

/** The parts that can do harm, the mildest first. */
export function danger({ client, etag, name, area, reload }) {
  const headers = { 'If-Match': etag };
  const lastUse = h('p', {}, t('field.last_used_at'), ': ', time(client.last_used_at, t('never.used')));
  // Somebody else changed the client: the page shows it as it is now, and the user decides again.
  const onerror = (error) => { if (error.status === 412) reload(); };

  async function turn(status) {
    const key = status === 'active' ? 'activate' : 'suspend';
    const request = () => ['PATCH', clientPath(name), { body: { status }, headers }];
    const done = await confirm({
      title: t(`${key}.title`), action: t(key), danger: status !== 'active', request, onerror,
      text: [h('p', {}, t(`${key}.text`), ' ', h('strong', {}, visible(client.name))), lastUse],
    });
    if (!done) return;
    announce(t('form.saved'));
    reload();
  }

  async function remove() {
    const request = () => ['DELETE', clientPath(name), { headers }];
    const done = await confirm({
      title: t('delete.title'), action: t('delete.title'), danger: true, request, typed: client.name, onerror,
      text: [t('delete.text'), h('ul', {}, ['secrets', 'tokens', 'audit', 'restore'].map((what) => h('li', {}, t(`delete.${what}`)))), lastUse],
    });
    if (!done) return;
    announce(t('delete.done'));
    location.hash = '#/clients';
  }

  const isActive = client.status === 'active';
  const step = (key, action) => h('div.card.step', {}, h('div', {}, h('h2', {}, t(`${key}.title`)), h('p', {}, t(`${key}.text.short`))), action);
  area.append(h('div.steps', {},
    isActive
      ? step('suspend', button(t('suspend'), () => turn('suspended')))
      : step('activate', button(t('activate'), () => turn('active'))),
    client.is_confidential && step('ends', h('a.button', { href: `#/clients/${encodeURIComponent(name)}?tab=secrets` }, t('ends'))),
    step('delete', button(t('delete'), remove, 'danger'))),
  h('p.muted', {}, t('field.client_id'), ': ', code(client.client_id)));
}
