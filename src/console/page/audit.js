// Audit trails: of one client, and of all.

import { h, put, debounce } from './dom.js';
import { t, keys, known, number } from './text.js';
import { clientPath, get, nameOf, path, query, raw } from './api.js';
import { announce, button, choice, code, empty, heading, load, pager, refill, table, time, visible } from './parts.js';
import { activity } from './charts.js';

const SIZE = 100;

const value = (one) => (one === undefined ? h('span.muted', {}, t('none'))
  : h('code', {}, visible(typeof one === 'string' ? one : JSON.stringify(one))));

const changes = (entry) => entry.changes?.length && h('details', {}, h('summary', {}, t('audit.changes')),
  h('dl.changes', {}, entry.changes.map(({ field, old, new: now }) => h('div', {}, h('dt', {}, known(`field.${field}`, field)),
    h('dd', {}, value(old), ' → ', value(now))))));

const columns = (isOfAll) => [
  [t('audit.time'), (entry) => h('span.nowrap', {}, time(entry.timestamp * 1000))],
  [t('audit.action'), (entry) => [h('strong', {}, known(`action.${entry.action}`, entry.action)),
    h('div.message', { lang: 'en' }, visible(entry.message)), changes(entry)], 'wide'],
  isOfAll && [t('audit.target'), (entry) => (entry.client_id
    ? h('a', { href: `#/clients/${encodeURIComponent(nameOf(entry))}?tab=audit` }, code(entry.client_id))
    : code(entry.target_id))],
  [t('audit.operator'), (entry) => [visible(entry.operator_id), ' ', h('span.muted', {}, known(`operator.${entry.operator_type}`, entry.operator_type))]],
  [t('audit.ip'), (entry) => (entry.ip ? code(entry.ip) : '—'), 'address'],
].filter(Boolean);

/** The tab of one client. */
export async function trail({ name, area, signal }) {
  const holder = h('div');
  area.append(holder);
  const turn = async (after) => load(holder,
    (own) => get(clientPath(name, `/audit-logs${query({ after, page_size: SIZE, view: 'full' })}`), { signal: own }), (page) => {
      if (page.items.length === 0) return empty(t('audit.empty.title'));
      return [!after && activity(page.items.map(({ timestamp }) => timestamp * 1000)), table(t('tab.audit'), columns(false), page.items),
        (after || page.next) && h('div.pager', {}, after && button(t('page.newest'), () => turn('')),
          page.next && button(`${t('page.older')} →`, () => turn(page.next)))];
    }, signal);
  await turn('');
}

const FILTERS = ['action', 'operator_id', 'target_id', 'from', 'to'];

/** The start of a day here, as the API takes it. */
const instant = (day) => (day ? new Date(`${day}T00:00:00`).toISOString() : undefined);

export default async function page({ params: first, signal }) {
  let params = { ...first };
  const results = h('div.results');
  const link = (values) => `#/audit${query(Object.fromEntries(Object.entries(values).filter(([, one]) => one)))}`;
  const asked = () => ({ ...params, from: instant(params.from), to: instant(params.to), view: 'full' });
  const show = (page) => {
    announce(t('list.found', { count: number(page.items.length) }));
    if (page.items.length === 0) return empty(t('audit.none'), h('p', {}, h('a.button', { href: '#/audit' }, t('list.none.clear'))));
    const rest = Object.fromEntries(FILTERS.map((name) => [name, params[name]]));
    return [
      !params.after && activity(page.items.map(({ timestamp }) => timestamp * 1000)),
      table(t('nav.audit'), columns(true), page.items),
      pager(`audit ${JSON.stringify(rest)}`, params.after, page.next, (after) => link({ ...rest, after })),
    ];
  };
  const run = () => load(results,
    (own) => get(`${path('audit-logs')}${query({ after: '', page_size: SIZE, ...asked() })}`, { signal: own }), show, signal);
  const change = (name) => (one) => {
    params = { ...params, [name]: one || undefined, after: undefined };
    history.replaceState(null, '', link(params));
    run();
  };
  const typed = (label, name) => {
    const set = change(name);
    const input = h('input', { name, type: 'text', class: 'mono', autocomplete: 'off', spellcheck: 'false', value: params[name] ?? '' });
    input.addEventListener('input', debounce(() => set(input.value.trim()), 400, signal));
    return h('label.field.compact', {}, h('span', {}, t(label)), input);
  };
  const date = (label, name) => {
    const set = change(name);
    const input = h('input', { name, type: 'date', value: params[name] ?? '', onchange: () => set(input.value) });
    return h('label.field.compact', {}, h('span', {}, t(label)), input);
  };
  const actions = [['', t('any')], ...keys('action.').map((name) => [name, t(`action.${name}`)])];
  const exporting = button(t('audit.export'), async () => {
    exporting.disabled = true;
    const problem = await download(asked(), signal);
    exporting.disabled = false;
    put(said, problem && h('p.notice.bad', { role: 'alert' }, t('error.other'), ' ', problem));
  });
  const said = h('div');
  await run();
  const filters = h('form.filters', { role: 'search', onsubmit: (event) => event.preventDefault() },
    choice(t('audit.action'), actions, params.action, change('action'), 'action'),
    typed('audit.operator', 'operator_id'), typed('audit.target', 'target_id'),
    date('audit.from', 'from'), date('audit.to', 'to'));
  const view = [heading(t('nav.audit'), { actions: exporting }), said, filters, results];
  const update = (next) => {
    params = { ...next };
    refill(filters, params);
    run();
  };
  return { title: t('nav.audit'), view, update };
}

/** Everything that meets the filters, page by page, as JSON Lines. */
async function download(filters, signal) {
  const { save } = await import('./dialog.js');
  const parts = [];
  let after = '';
  try {
    while (after !== null && after !== undefined) {
      const url = `${path('audit-logs')}${query({ ...filters, after })}`;
      const response = await raw('GET', url, { signal, headers: { Accept: 'application/x-ndjson' } });
      parts.push(await response.blob());
      const next = /<[^>]*[?&]after=([^&>]*)[^>]*>;\s*rel="next"/.exec(response.headers.get('Link') ?? '');
      after = next ? decodeURIComponent(next[1]) : null;
    }
    save(new Blob(parts, { type: 'application/x-ndjson' }), 'audit.jsonl');
    announce(t('audit.exported'));
    return null;
  } catch (error) {
    return error.message;
  }
}
