// The secrets of a client, each on a time line.

import { h } from './dom.js';
import { t } from './text.js';
import { clientPath, get } from './api.js';
import { button, code, empty, facts, load, state, time, visible } from './parts.js';
import { confirm, showSecret } from './dialog.js';
import { timeLine, legend, spanOf } from './charts.js';
import * as inputs from './inputs.js';

/** The state of a secret now: an expired one is active in name only. */
export function stateOf(secret) {
  const isOver = secret.expires_at && new Date(secret.expires_at) <= Date.now();
  if (!isOver) return secret.status;
  return secret.status === 'active' ? 'expired' : 'inactive';
}

export async function secrets({ client, name, area, signal }) {
  const path = (below = '') => clientPath(name, `/secrets${below}`);
  const holder = h('div');
  area.append(holder);
  const fetch = async (own) => (await get(path(), { signal: own })).data.secrets;
  const reload = () => load(holder, fetch, show, signal);

  function show(all) {
    const canHave = client.is_confidential && client.client_auth_methods.some((one) => one.startsWith('client_secret_'));
    const actions = canHave && h('div.actions', {},
      button(t('secret.add'), () => add(all)), button(t('secret.rotate'), () => rotate(all), 'primary'));
    if (all.length === 0) {
      return empty(t('secrets.empty.title'), h('p', {}, t(canHave ? 'secrets.empty.text' : 'secrets.empty.public')), actions);
    }
    const span = spanOf(all);
    return [h('div.bar-top', {}, h('p.muted', {}, t('secrets.text')), actions), legend(),
      h('ul.secrets', {}, all.map((secret) => item(secret, span)))];
  }

  function item(secret, span) {
    const now = stateOf(secret);
    const id = secret.secret_id;
    const isLive = now === 'active' || now === 'retired';
    return h('li.card', {},
      h('div.secret-head', {},
        h('div', {}, state(now), ' ', secret.description ? h('strong', {}, visible(secret.description)) : null, ' ', code(id)),
        h('div.actions', {},
          isLive && button(t('secret.deactivate'), () => act('deactivate', secret), 'small'),
          button(t('secret.delete'), () => act('delete', secret), 'small'))),
      timeLine(secret, now, span),
      facts([
        [t('field.created_at'), time(secret.created_at)],
        [t('field.last_used_at'), time(secret.last_used_at, t('never.used'))],
        secret.expires_at && [t(now === 'retired' ? 'secret.works.until' : 'field.expires_at'), time(secret.expires_at)],
      ]));
  }

  function act(what, secret) {
    const request = () => (what === 'delete'
      ? ['DELETE', path(`/${secret.secret_id}`)] : ['PUT', path(`/${secret.secret_id}/deactivate`)]);
    const lastUse = secret.last_used_at
      ? [t('secret.used.last'), ' ', time(secret.last_used_at)] : t('secret.used.never');
    return confirm({
      title: t(`secret.${what}.title`), danger: true, action: t(`secret.${what}`), request,
      text: [t(`secret.${what}.text`), h('p', {}, code(secret.secret_id)), h('p', {}, lastUse)],
    }).then((done) => done && reload());
  }

  /** What may be set of a new secret. */
  function options() {
    const description = inputs.text(t('field.description'), '', { hint: t('hint.secret.description') });
    const days = inputs.select(t('field.expires_at'), [['', t('secret.expires.default')],
      ...[30, 90, 180, 365].map((count) => [String(count), t('secret.expires.days', { days: count })])], '');
    return {
      nodes: [description.node, days.node],
      body() {
        const at = days.value() && new Date(Date.now() + Number(days.value()) * 86400000).toISOString();
        return Object.fromEntries(Object.entries({ description: description.value(), expires_at: at }).filter(([, value]) => value));
      },
    };
  }

  async function add(all) {
    const { nodes, body } = options();
    const isFull = all.filter((secret) => stateOf(secret) === 'active').length >= 2;
    const done = await confirm({
      title: t('secret.add'), action: t('secret.add'), fields: nodes, request: () => ['POST', path(), { body: body() }],
      text: [t('secret.add.text'), isFull && h('p.notice.warn', {}, t('secret.add.full'))].filter(Boolean),
    });
    if (done) await reveal(done.data, 'secret_value');
  }

  async function rotate(all) {
    const { nodes, body } = options();
    const grace = inputs.select(t('secret.grace'), [['14400', t('secret.grace.hours', { hours: 4 })],
      ['86400', t('secret.grace.hours', { hours: 24 })], ['604800', t('secret.grace.days', { days: 7 })], ['0', t('secret.grace.none')]], '14400', t('hint.grace'));
    const live = all.filter((secret) => stateOf(secret) === 'active' && secret.last_used_at);
    const last = live.map((secret) => secret.last_used_at).sort().at(-1);
    const rotation = clientPath(name, '/rotate-secret');
    const done = await confirm({
      title: t('secret.rotate.title'), action: t('secret.rotate'), danger: true, fields: [grace.node, ...nodes],
      request: () => ['POST', rotation, { body: { ...body(), grace_period: Number(grace.value()) } }],
      text: [h('p', {}, t('secret.rotate.text'), ' ', h('strong', {}, visible(client.name))),
        h('p', {}, last ? [t('secret.used.last'), ' ', time(last)] : t('secret.used.never'))],
    });
    if (done) await reveal(done.data, 'new_secret');
  }

  async function reveal(data, member) {
    const secret = data[member];
    delete data[member];
    await showSecret({ title: t('secret.title'), secret, clientId: client.client_id });
    reload();
  }

  await reload();
}
