// The frame of the page: who is asked for authority, what the URL shows, languages and themes.

import { h, put } from './dom.js';
import { connect, has, tenant } from './api.js';
import { currentLanguage, languages, speak, suitable, t } from './text.js';
import { announce, empty, failure, liveRegion, skeleton } from './parts.js';

const PAGES = [
  ['clients', 'nav.clients', () => import('./list.js')],
  ['audit', 'nav.audit', () => import('./audit.js')],
  ['registrations', 'nav.registrations', () => import('./registration.js'), 'registration'],
  ['initial-access-tokens', 'nav.initial', () => import('./initial.js'), 'registration'],
  ['documents', 'nav.documents', () => import('./documents.js'), 'metadata_documents'],
];

const main = h('main', { id: 'main', tabindex: '-1' });
const frame = h('div.frame');
let current = { key: null };
let isFirst = true;

/** What the user chose is kept in the browser; nothing else is. */
const kept = {
  get: (name) => { try { return localStorage.getItem(`oauth-clients.${name}`); } catch { return null; } },
  set: (name, value) => { try { localStorage.setItem(`oauth-clients.${name}`, value); } catch { /* not kept */ } },
};

/** The page of `#/clients/app-1?tab=secrets`. */
function location_() {
  const [path, search = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const params = Object.fromEntries(new URLSearchParams(search));
  let segments = null;
  try { segments = path.split('/').filter(Boolean).map(decodeURIComponent); } catch { /* not ours */ }
  return { segments: segments?.length === 0 ? ['clients'] : segments, params };
}

function find(segments) {
  const [first, second, third] = segments ?? [];
  const page = PAGES.find(([name, , , feature]) => name === first && (!feature || has(feature)));
  if (!page) return null;
  if (segments.length === 1) return page[2];
  if (first !== 'clients') return null;
  if (second === 'new' && !third) return () => import('./form.js');
  if (segments.length === 2) return () => import('./client.js');
  return segments.length === 3 && third === 'edit' ? () => import('./form.js') : null;
}

async function show() {
  const { segments, params } = location_();
  const key = JSON.stringify(segments);
  if (current.key === key && current.page?.update) {
    Promise.resolve(current.page.update(params)).catch((error) => put(main, failure(error, reload)));
    return;
  }
  if (current.page?.isDirty?.() && !window.confirm(t('form.leave'))) {
    history.replaceState(null, '', current.hash);
    return;
  }
  current.controller?.abort();
  const controller = new AbortController();
  current = { key, controller, hash: location.hash || '#/clients' };
  mark(segments?.[0]);
  main.setAttribute('aria-busy', 'true');
  const bones = setTimeout(() => put(main, skeleton()), 150);
  try {
    const module = find(segments);
    const page = module
      ? await (await module()).default({ segments, params, signal: controller.signal, reload })
      : { title: t('notfound.title'), view: notFound() };
    if (controller.signal.aborted) return;
    current.page = page;
    put(main, page.view);
    document.title = `${page.title} · ${t('brand')}`;
  } catch (error) {
    if (controller.signal.aborted || error.name === 'AbortError') return;
    put(main, h('h1.unseen', { tabindex: '-1' }, t('error.title')), failure(error, reload));
    document.title = `${t('error.title')} · ${t('brand')}`;
  } finally {
    clearTimeout(bones);
    if (!controller.signal.aborted) main.removeAttribute('aria-busy');
  }
  if (!isFirst) {
    main.querySelector('h1')?.focus({ preventScroll: true });
    scrollTo(0, 0);
    announce(document.title);
  }
  isFirst = false;
}

function notFound() {
  return [h('h1', { tabindex: '-1' }, t('notfound.title')),
    empty(t('notfound.text'), h('p', {}, h('a', { href: '#/clients' }, t('nav.clients'))))];
}

function reload() {
  current.key = null;
  return show();
}

function mark(first) {
  for (const link of frame.querySelectorAll('nav.main a')) {
    const isHere = link.getAttribute('href') === `#/${first}`;
    if (isHere) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

function select(label, options, value, onchange) {
  const node = h('select', { 'aria-label': label, title: label, value, onchange: () => onchange(node.value) },
    options.map(([key, text]) => h('option', { value: key, lang: languages.includes(key) ? key : null }, text)));
  return node;
}

function theme(name) {
  if (name === 'light' || name === 'dark') document.documentElement.dataset.theme = name;
  else delete document.documentElement.dataset.theme;
}

function draw() {
  const links = PAGES.filter(([, , , feature]) => !feature || has(feature)).map(([name, label]) =>
    h('a', { href: `#/${name}` }, t(label)));
  const skip = h('button.skip', { type: 'button', onclick: () => main.focus() }, t('skip'));
  const themes = ['system', 'light', 'dark'].map((name) => [name, t(`theme.${name}`)]);
  const tongues = [['en', 'English'], ['zh-CN', '简体中文']];
  put(frame,
    skip,
    h('header.top', {},
      h('a.brand', { href: '#/clients' }, t('brand')),
      h('nav.main', { 'aria-label': t('nav.main') }, links),
      h('div.settings', {},
        tenant() && h('span.tenant', { title: t('tenant') }, tenant()),
        select(t('language'), tongues, currentLanguage(), async (value) => {
          kept.set('language', value);
          await speak(value);
          draw();
          await reload();
        }),
        select(t('theme'), themes, kept.get('theme') ?? 'system', (value) => {
          kept.set('theme', value);
          theme(value);
        }))),
    main);
}

async function start() {
  theme(kept.get('theme'));
  document.body.replaceChildren(frame, liveRegion());
  try {
    const ask = async (...args) => (await import('./dialog.js')).askForAuthority(...args);
    const config = await connect(ask);
    await speak(suitable([kept.get('language') ?? config.locale, ...navigator.languages].filter(Boolean)));
  } catch (error) {
    put(frame, h('main', {}, h('h1.unseen', {}, t('error.title')), failure(error, () => location.reload())));
    return;
  }
  draw();
  addEventListener('hashchange', show);
  addEventListener('beforeunload', (event) => {
    if (current.page?.isDirty?.()) event.preventDefault();
  });
  await show();
}

start();
