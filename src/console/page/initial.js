// Initial access tokens: who may register clients.

import { h } from './dom.js';
import { t, known, number } from './text.js';
import { get, path, query } from './api.js';
import { announce, button, code, empty, heading, load, pager, state, table, time, visible } from './parts.js';
import { confirm, showSecret } from './dialog.js';
import { GRANTS, METHODS } from './list.js';
import * as inputs from './inputs.js';

const SIZE = 25;
const TOKENS = path('initial-access-tokens');

function stateOf(token) {
  if (token.revoked_at) return 'revoked';
  if (token.uses_left === 0) return 'spent';
  return token.expires_at && new Date(token.expires_at) <= Date.now() ? 'expired' : 'active';
}

export default async function page({ params: first, signal }) {
  let params = { ...first };
  const results = h('div.results');
  const run = () => load(results, (own) => get(`${TOKENS}${query({ after: '', page_size: SIZE, ...params })}`, { signal: own }), show, signal);

  function show(page) {
    if (page.items.length === 0) {
      return empty(t('initial.empty.title'), h('p', {}, t('initial.empty.text')), h('p', {}, button(t('initial.new'), issue, 'primary')));
    }
    return [table(t('nav.initial'), columns, page.items),
      pager('initial', params.after, page.next, (after) => `#/initial-access-tokens${after ? query({ after }) : ''}`)];
  }

  const bounds = (token) => {
    const rows = [
      ['field.grant_types', token.grant_types?.map((name) => known(`grant.${name}`, name)).join(', ')],
      ['field.client_auth_methods', token.client_auth_methods?.map((name) => t(`method.${name}`)).join(', ')],
      ['field.scopes', token.scopes?.join(' ')],
      ['initial.hosts', token.redirect_hosts?.join(', ')],
    ].filter(([, value]) => value);
    if (rows.length === 0) return h('span.muted', {}, t('initial.unbound'));
    return h('ul.plain', {}, rows.map(([key, value]) => h('li', {}, h('span.muted', {}, t(key), ': '), visible(value))));
  };
  const columns = [
    [t('field.description'), (token) => h('div.name', {}, token.description ? h('span', {}, visible(token.description)) : h('span.muted', {}, t('none')),
      h('span.id', {}, code(token.id))), 'wide'],
    [t('field.status'), (token) => [state(stateOf(token)), token.is_approved && h('span.tag', {}, t('initial.approved'))]],
    [t('initial.uses'), (token) => (token.uses_left === undefined ? t('initial.uses.any') : number(token.uses_left))],
    [t('initial.bounds'), bounds],
    [t('field.expires_at'), (token) => h('span.nowrap', {}, time(token.expires_at, t('never')))],
    ['', (token) => stateOf(token) === 'active' && button(t('initial.revoke'), () => revoke(token), 'small'), 'end'],
  ];

  async function revoke(token) {
    const request = () => ['DELETE', `${TOKENS}/${token.id}`];
    const done = await confirm({
      title: t('initial.revoke.title'), action: t('initial.revoke'), danger: true, request,
      text: [t('initial.revoke.text'), h('p', {}, token.description ? visible(token.description) : code(token.id))],
    });
    if (done) { announce(t('initial.revoke.done')); run(); }
  }

  async function issue() {
    const control = {
      description: inputs.text(t('field.description'), '', { hint: t('hint.initial.description') }),
      uses: inputs.text(t('initial.uses'), '1', { hint: t('hint.initial.uses'), mono: true }),
      expires_at: inputs.select(t('field.expires_at'), [['', t('never')], ...[1, 7, 30, 90].map((days) => [String(days), t('secret.expires.days', { days })])], '7'),
      redirect_hosts: inputs.list(t('initial.hosts'), [], { hint: t('hint.initial.hosts'), placeholder: 'partner.example.com' }),
      grant_types: inputs.several(t('field.grant_types'), GRANTS, [], 'grant', t('hint.initial.bounds')),
      client_auth_methods: inputs.several(t('field.client_auth_methods'), METHODS, [], 'method', t('hint.initial.bounds')),
      scopes: inputs.words(t('field.scopes'), [], { hint: t('hint.initial.bounds') }),
      is_approved: inputs.several(t('initial.approval'), ['is_approved'], [], 'initial'),
    };
    const body = () => {
      const days = control.expires_at.value();
      const uses = control.uses.value();
      const all = {
        description: control.description.value(),
        // What is no number is the API's to refuse.
        uses: uses === '' ? '' : (/^\d+$/.test(uses) ? Number(uses) : uses),
        expires_at: days && new Date(Date.now() + Number(days) * 86400000).toISOString(),
        ...Object.fromEntries(['redirect_hosts', 'grant_types', 'client_auth_methods', 'scopes'].map((name) => [name, control[name].value()])),
      };
      const set = Object.entries(all).filter(([, value]) => value !== '' && value?.length !== 0);
      return { ...Object.fromEntries(set), is_approved: control.is_approved.value().length > 0 };
    };
    const { description, uses, expires_at: expires, is_approved: approved, ...bound } = control;
    const done = await confirm({
      title: t('initial.new'), action: t('initial.issue'),
      text: [t('initial.new.text')],
      fields: [description.node, uses.node, expires.node, approved.node,
        h('details.section', {}, h('summary', {}, t('initial.bounds')), Object.values(bound).map(({ node }) => node))],
      request: () => ['POST', TOKENS, { body: body() }],
    });
    if (!done) return;
    const secret = done.data.token;
    delete done.data.token;
    await showSecret({ title: t('initial.title'), secret, variable: 'INITIAL_ACCESS_TOKEN', text: t('initial.once') });
    run();
  }

  await run();
  const view = [heading(t('nav.initial'), { below: t('initial.text'), actions: button(t('initial.new'), issue, 'primary') }), results];
  return { title: t('nav.initial'), view, update(next) { params = { ...next }; run(); } };
}
