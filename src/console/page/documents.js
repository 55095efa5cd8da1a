// Clients whose `client_id` is the URL of a metadata document: those that were seen, and what is
// blocked.

import { h, debounce } from './dom.js';
import { t, number } from './text.js';
import { get, path, query } from './api.js';
import { announce, button, code, empty, heading, load, outside, pager, table, time, visible } from './parts.js';
import { confirm } from './dialog.js';
import * as inputs from './inputs.js';

const SIZE = 25;
const DOCUMENTS = path('metadata-documents');
const BLOCKS = path('metadata-document-blocks');

export default async function page({ params: first, signal }) {
  let params = { ...first };
  const seen = h('div.results');
  const blocked = h('div.results');
  const link = (values) => `#/documents${query(Object.fromEntries(Object.entries(values).filter(([, value]) => value)))}`;

  const runSeen = () => load(seen, (own) => get(`${DOCUMENTS}${query({ page: params.page ?? 1, page_size: SIZE, host: params.host })}`, { signal: own }), (page) => {
    announce(t('list.found', { count: number(page.items.length) }));
    if (page.items.length === 0) return params.host ? empty(t('documents.none')) : empty(t('documents.empty.title'), h('p', {}, t('documents.empty.text')));
    const { page: at, has_prev: newer, has_next: older } = page.pagination;
    return [table(t('nav.documents'), columns, page.items), (newer || older) && h('nav.pager', { 'aria-label': t('page.nav') },
      newer && h('a.button', { href: link({ ...params, page: at - 1 }) }, `← ${t('page.newer')}`),
      older && h('a.button', { href: link({ ...params, page: at + 1 }) }, `${t('page.older')} →`))];
  }, signal);
  const runBlocks = () => load(blocked, (own) => get(`${BLOCKS}${query({ after: params.blocks ?? '', page_size: SIZE })}`, { signal: own }), (page) => [
    page.items.length ? table(t('blocks.title'), blockColumns, page.items)
      : empty(t('blocks.empty.title'), h('p', {}, t('blocks.empty.text'))),
    pager('blocks', params.blocks, page.next, (after) => link({ ...params, blocks: after }), `${t('blocks.title')}: ${t('page.nav')}`),
  ], signal);

  const columns = [
    [t('field.name'), (item) => h('div.name', {}, h('span', {}, visible(item.client_name ?? item.host)), h('span.id', {}, outside(item.client_id))), 'wide'],
    [t('documents.host'), (item) => code(item.host)],
    [t('documents.first'), (item) => time(item.first_used_at)],
    [t('field.last_used_at'), (item) => time(item.last_used_at)],
    [t('documents.changed'), (item) => time(item.changed_at)],
    ['', (item) => (item.blocked ? h('span.tag.warn', {}, t('documents.blocked')) : button(t('blocks.block'), () => block(item), 'small')), 'end'],
  ];
  const blockColumns = [
    [t('blocks.what'), (item) => [h('span.tag', {}, t(item.domain ? 'blocks.domain' : 'blocks.url')), ' ', code(item.domain ?? item.url)], 'wide'],
    [t('blocks.reason'), (item) => (item.reason ? visible(item.reason) : '—')],
    [t('blocks.by'), (item) => visible(item.created_by)],
    [t('field.created_at'), (item) => time(item.created_at)],
    ['', (item) => button(t('blocks.lift'), () => lift(item), 'small'), 'end'],
  ];
  const reload = () => Promise.all([runSeen(), runBlocks()]);

  async function block(item) {
    const what = inputs.one(t('blocks.what'), [['url', t('blocks.url'), t('blocks.url.why')], ['domain', t('blocks.domain'), t('blocks.domain.why')]], 'url');
    const url = inputs.text(t('blocks.value'), item?.client_id ?? '', { mono: true, required: true });
    if (item) what.node.addEventListener('change', () => url.set(what.value() === 'url' ? item.client_id : item.host));
    const reason = inputs.text(t('blocks.reason'), '');
    const body = () => ({ [what.value()]: url.value(), ...(reason.value() ? { reason: reason.value() } : {}) });
    const done = await confirm({
      title: t('blocks.block.title'), action: t('blocks.block'), danger: true, fields: [what.node, url.node, reason.node],
      text: [t('blocks.block.text')], request: () => ['POST', BLOCKS, { body: body() }],
    });
    if (done) reload();
  }

  async function lift(item) {
    const request = () => ['DELETE', `${BLOCKS}/${item.id}`];
    const done = await confirm({
      title: t('blocks.lift.title'), action: t('blocks.lift'), request,
      text: [t('blocks.lift.text'), h('p', {}, code(item.domain ?? item.url))],
    });
    if (done) reload();
  }

  const host = h('input', { type: 'search', 'aria-label': t('documents.search'), placeholder: t('documents.search.whole'), value: params.host ?? '', autocomplete: 'off' });
  host.addEventListener('input', debounce(() => {
    params = { blocks: params.blocks, host: host.value.trim().toLowerCase() || undefined };
    history.replaceState(null, '', link(params));
    runSeen();
  }, 300, signal));
  await reload();
  const view = [
    heading(t('nav.documents'), { below: t('documents.text'), actions: button(t('blocks.block'), () => block(null)) }),
    h('form.filters', { role: 'search', onsubmit: (event) => event.preventDefault() }, h('div.search', {}, host)),
    seen, h('h2', {}, t('blocks.title')), blocked,
  ];
  const update = (next) => {
    const isOther = (name) => next[name] !== params[name];
    const runs = [isOther('blocks') && runBlocks, (isOther('host') || isOther('page')) && runSeen].filter(Boolean);
    params = { ...next };
    host.value = params.host ?? '';
    for (const run of runs) run();
  };
  return { title: t('nav.documents'), view, update };
}
