// Parts that several pages have.

import { h, s, put, within } from './dom.js';
import { t, exact, relative, known } from './text.js';

let live;

/** What screen readers are told without a change of focus. */
export function liveRegion() {
  live = h('div.unseen', { role: 'status', 'aria-live': 'polite' });
  return live;
}

export function announce(text) {
  live.textContent = '';
  // The same text twice is said twice.
  setTimeout(() => { live.textContent = text; }, 50);
}

// Controls, marks of direction and blanks that no one sees.
const HIDDEN = /([\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff])/;

/** Untrusted text, whose direction does not leave it and whose hidden characters are seen. */
export function visible(text) {
  const parts = String(text).split(HIDDEN).map((part, at) => {
    if (at % 2 === 0) return part;
    const code = `U+${part.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
    return h('span.hidden-character', {}, code);
  });
  return h('bdi', {}, parts);
}

/** What somebody types who sees a text: blanks and accents are told apart by programs only. */
export const typable = (text) => text.normalize('NFC').split(HIDDEN).filter((_, at) => at % 2 === 0).join('')
  .replace(/\s+/g, ' ').trim();

export const code = (text) => h('code', {}, visible(text));

const SHAPES = {
  full: () => s('circle', { cx: 6, cy: 6, r: 5, fill: 'currentColor' }),
  half: () => [
    s('circle', { cx: 6, cy: 6, r: 4.5, fill: 'none', stroke: 'currentColor' }),
    s('path', { d: 'M6 1.5a4.5 4.5 0 0 1 0 9z', fill: 'currentColor' }),
  ],
  empty: () => s('circle', { cx: 6, cy: 6, r: 4.5, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.5 }),
};

const STATES = {
  active: ['full', 'good'],
  approved: ['full', 'good'],
  suspended: ['half', 'warn'],
  pending: ['half', 'warn'],
  retired: ['half', 'warn'],
  expired: ['empty', 'off'],
  inactive: ['empty', 'off'],
  denied: ['empty', 'off'],
  deleted: ['empty', 'off'],
  revoked: ['empty', 'off'],
  spent: ['empty', 'off'],
};

/** A state: told by text and shape, not by colour alone. */
export function state(name) {
  const [shape, tone] = STATES[name] ?? ['empty', 'off'];
  const drawing = s('svg', { viewBox: '0 0 12 12', width: 10, height: 10, 'aria-hidden': 'true' }, SHAPES[shape]());
  return h(`span.state.${tone}`, {}, drawing, t(`state.${name}`));
}

/** "3 days ago", with the exact time for who points at it. */
export function time(at, otherwise = '—') {
  if (!at) return otherwise;
  return h('time', { datetime: new Date(at).toISOString(), title: exact(at) }, relative(at));
}

export function copyButton(value, what) {
  const label = t('copy.of', { what });
  const sheets = 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3';
  const drawing = (path) => s('svg', { viewBox: '0 0 16 16', 'aria-hidden': 'true' },
    s('path', { d: path, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.4 }));
  const node = h('button.icon', {
    type: 'button',
    'aria-label': label,
    title: label,
    onclick: async () => {
      if (!(await copy(value))) return;
      put(node, drawing('M3 8.5l3.5 3.5L13 4.5'));
      setTimeout(() => put(node, drawing(sheets)), 2000);
    },
  }, drawing(sheets));
  return node;
}

export async function copy(value) {
  try {
    await navigator.clipboard.writeText(value);
  } catch {
    announce(t('copy.failed'));
    return false;
  }
  announce(t('copied'));
  return true;
}

/** A link to another site, which is named. Only for https. */
export function outside(url) {
  let parsed;
  try { parsed = new URL(url); } catch { return code(url); }
  if (parsed.protocol !== 'https:') return code(url);
  const attributes = { href: url, target: '_blank', rel: 'noreferrer noopener' };
  return h('a', attributes, visible(url), h('span.unseen', {}, t('opens.tab')));
}

/** The top of a page. */
export function heading(title, { back, below, actions } = {}) {
  return h('div.heading', {},
    h('div', {},
      back && h('a.back', { href: back[0] }, '← ', back[1]),
      h('h1', { tabindex: '-1' }, title),
      below && h('p.below', {}, below)),
    actions && h('div.actions', {}, actions));
}

/** A link that looks like a button. */
export const buttonLink = (href, text, tone = '') => h(`a.button${tone && `.${tone}`}`, { href }, text);

export const button = (text, onclick, tone = '') =>
  h(`button${tone && `.${tone}`}`, { type: 'button', onclick }, text);

/** Lines where a list will be. */
export function skeleton(rows = 6) {
  const lines = Array.from({ length: rows }, () => h('div.bone'));
  return h('div.skeleton', { 'aria-busy': 'true' }, h('span.unseen', {}, t('loading')), lines);
}

export const empty = (title, ...more) => h('div.empty', {}, h('h2', {}, title), more);

/** What a failure means for the user, in the page's language; the API's own words below. */
function explain(error) {
  if (error.status === undefined) return t('error.network');
  return known(`error.${error.status}`, error.status >= 500 ? t('error.500') : t('error.other'));
}

export function failure(error, retry) {
  const details = error.message && error.status !== undefined && h('p.api', { lang: 'en' }, error.message);
  return h('div.failure', { role: 'alert' },
    h('h2', {}, t('error.title')),
    h('p', {}, explain(error)),
    details,
    error.status === 404 ? buttonLink('#/clients', t('nav.clients')) : retry && button(t('retry'), retry));
}

/** A failure within a dialog or a form. */
export function notice(error) {
  return h('p.notice.bad', { role: 'alert' }, explain(error), ' ',
    error.status !== undefined && error.status !== 404 && h('span', { lang: 'en' }, error.message));
}

/** Rows of name and value; those without a value are left out. */
export function facts(rows) {
  return h('dl.facts', {}, rows.filter(Boolean).map(([name, ...value]) =>
    h('div', {}, h('dt', {}, name), h('dd', {}, value))));
}

/** The heading of a column, for a cell of a narrow page. */
export const cellLabel = (text) => h('span.label', { 'aria-hidden': 'true' }, text);

/** A table: `columns` are `[label, cell(item), class]`. On a narrow page, each row is a card. */
export function table(caption, columns, items) {
  const head = columns.map(([label, , kind]) =>
    h('th', { scope: 'col', class: kind }, label || h('span.unseen', {}, t('actions'))));
  const rows = items.map((item) => h('tr', { role: 'row' }, columns.map(([label, cell, kind], at) => {
    const attributes = { class: kind, role: at ? 'cell' : 'rowheader' };
    return h(at ? 'td' : 'th', at ? attributes : { ...attributes, scope: 'row' },
      label && at > 0 && cellLabel(label), cell(item));
  })));
  return h('table', { role: 'table' },
    h('caption.unseen', {}, caption),
    h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, head)),
    h('tbody', { role: 'rowgroup' }, rows));
}

const before = new Map();

/** Links to the newer and the older page. `to(after)` is the URL of a page by its position. */
export function pager(key, after, next, to, label = t('page.nav')) {
  if (next) before.set(`${key} ${next}`, after ?? '');
  if (!after && !next) return null;
  const newer = after ? before.get(`${key} ${after}`) : undefined;
  const links = [
    after && h('a.button', { href: to(newer || undefined), rel: 'prev' },
      newer === undefined ? t('page.newest') : `← ${t('page.newer')}`),
    next && h('a.button', { href: to(next), rel: 'next' }, `${t('page.older')} →`),
  ];
  return h('nav.pager', { 'aria-label': label }, links);
}

/** A select of `[value, label]` with its label. `name` is the parameter that it sets, if any. */
export function choice(label, options, value, onchange, name = null) {
  const select = h('select', { name, onchange: () => onchange(select.value), value: value ?? '' },
    options.map(([key, text]) => h('option', { value: key }, text)));
  return h('label.field.compact', {}, h('span', {}, label), select);
}

/** Sets the controls below `area` to what the URL says: each has the name of its parameter. */
export function refill(area, params) {
  for (const control of area.querySelectorAll('[name]')) control.value = params[control.name] ?? '';
}

const loading = new WeakMap();

/**
 * Loads what an area shows, with its states. The requests of `fetch(signal)` end with `signal`, and
 * when something else is loaded into the area: a late answer does not replace a newer one.
 */
export async function load(area, fetch, show, signal) {
  loading.get(area)?.abort();
  const own = within(signal);
  loading.set(area, own);
  const unlessLate = (...children) => { if (!own.signal.aborted) put(area, ...children); };
  const bones = setTimeout(() => unlessLate(skeleton(4)), 150);
  area.setAttribute('aria-busy', 'true');
  try {
    const answer = await fetch(own.signal);
    if (!own.signal.aborted) put(area, show(answer));
  } catch (error) {
    unlessLate(failure(error, () => load(area, fetch, show, signal)));
  } finally {
    clearTimeout(bones);
    if (!own.signal.aborted) area.removeAttribute('aria-busy');
  }
}
