// Clients that registered themselves: the queue of those that wait, and the others.

import { h, put } from './dom.js';
import { t, known, number } from './text.js';
import { clientPath, get, nameOf, path, query } from './api.js';
import { announce, button, choice, code, empty, heading, load, notice, pager, state, time, visible } from './parts.js';
import { confirm } from './dialog.js';
import { differing, normal } from './fields.js';

const SIZE = 25;
const STATES = ['pending', 'approved', 'denied'];

export default async function page({ params: first, signal }) {
  let params = { state: 'pending', ...first };
  const results = h('div.results');
  const said = h('div');
  const link = (values) => `#/registrations${query(Object.fromEntries(Object.entries(values).filter(([, value]) => value)))}`;
  const run = () => load(results, (own) => {
    const asked = { after: '', page_size: SIZE, view: 'full', ...params };
    if (asked.state === 'all') delete asked.state;
    return get(`${path('registrations')}${query(asked)}`, { signal: own });
  }, show, signal);

  function show(page) {
    announce(t('list.found', { count: number(page.items.length) }));
    return [
      page.items.length ? h('ul.queue', {}, page.items.map(card))
        : empty(t(params.state === 'pending' ? 'queue.empty.title' : 'queue.none'), h('p', {}, t('queue.empty.text'))),
      pager(`queue ${params.state}`, params.after, page.next, (after) => link({ state: params.state, after })),
    ];
  }

  /** All that a decision takes is on the card. */
  function card(item) {
    const client = normal(item);
    const strings = (items) => (items.length ? h('ul.plain', {}, items.map((one) => h('li', {}, code(one)))) : h('span.muted', {}, t('none')));
    const row = (label, ...value) => h('div', {}, h('dt', {}, label), h('dd', {}, value));
    return h('li.card', {},
      h('div.secret-head', {},
        h('div', {}, h('h2', {}, h('a', { href: `#/clients/${encodeURIComponent(nameOf(client))}` }, visible(client.name))),
          h('p.id', {}, state(item.state), ' ', code(client.client_id))),
        h('div.actions', {},
          item.state === 'pending' && button(t('queue.deny'), () => decide('deny', client)),
          item.state !== 'approved' && button(t('queue.approve'), () => decide('approve', client), 'primary'))),
      h('dl.facts', {},
        row(t('field.redirect_uris'), strings(client.redirect_uris)),
        row(t('field.grant_types'), client.grant_types.map((name) => known(`grant.${name}`, name)).join(', ')),
        row(t('field.client_auth_methods'), client.client_auth_methods.map((name) => t(`method.${name}`)).join(', ')),
        row(t('field.scopes'), client.scopes.length ? h('span.tags', {}, client.scopes.map((scope) => h('code.tag', {}, scope))) : h('span.muted', {}, t('none'))),
        row(t('queue.registered'), time(item.registered_at), item.ip && [' ', t('queue.from'), ' ', code(item.ip)]),
        item.software_id && row(t('queue.software'), code(item.software_id), item.software_version && [' ', code(item.software_version)]),
        item.initial_access_token_id && row(t('queue.token'), code(item.initial_access_token_id))));
  }

  /** Somebody may change it meanwhile: what is decided on is what was on the card. */
  async function decide(what, client) {
    put(said);
    const refuse = (...why) => { put(said, why); run(); };
    let answer;
    try {
      answer = await get(clientPath(nameOf(client), '?view=full'), { signal });
    } catch (error) {
      if (!signal.aborted) refuse(notice(error));
      return;
    }
    if (differing(client, normal(answer.data)).length) {
      refuse(h('p.notice.warn', { role: 'alert' }, t('queue.changed')));
      return;
    }
    const headers = { 'If-Match': answer.etag };
    const request = () => ['POST', `${path('registrations')}/${encodeURIComponent(client.client_id)}/${what}`, { headers }];
    const done = await confirm({
      title: t(`queue.${what}.title`), action: t(`queue.${what}`), danger: what === 'deny', request,
      text: [h('p', {}, t(`queue.${what}.text`), ' ', h('strong', {}, visible(client.name)))],
      onerror: (error) => { if ([404, 409, 412].includes(error.status)) run(); },
    });
    if (!done) return;
    announce(t(`queue.${what}.done`));
    run();
  }

  await run();
  const filter = h('div.filters', {}, choice(t('queue.state'), [...STATES.map((name) => [name, t(`state.${name}`)]), ['all', t('any')]],
    params.state, (value) => {
      params = { state: value };
      history.replaceState(null, '', link(params));
      run();
    }));
  const view = [heading(t('nav.registrations'), { below: t('queue.text') }), filter, said, results];
  return {
    title: t('nav.registrations'), view,
    update(next) {
      params = { state: 'pending', ...next };
      filter.querySelector('select').value = params.state;
      run();
    },
  };
}
