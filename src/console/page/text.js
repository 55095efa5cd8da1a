// Languages, dates and numbers.

import en from './en.js';

const LANGUAGES = {
  en: async () => en,
  'zh-CN': async () => (await import('./zh.js')).default,
};

let words = en;
let language = 'en';

export const languages = Object.keys(LANGUAGES);
export const currentLanguage = () => language;

/** The language of the page for these wishes, the first one first. */
export function suitable(wishes) {
  for (const wish of wishes) {
    const lower = String(wish).toLowerCase();
    if (lower === 'zh' || lower.startsWith('zh-')) return 'zh-CN';
    if (lower === 'en' || lower.startsWith('en-')) return 'en';
  }
  return 'en';
}

export async function speak(wish) {
  words = await LANGUAGES[wish]();
  language = wish;
  document.documentElement.lang = wish;
}

/** The text of a key, with its `{placeholders}` replaced by texts. */
export function t(key, values = {}) {
  const text = words[key] ?? en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}

/** The text of a key as nodes: its `{placeholders}` may be elements. */
export function nodes(key, values) {
  return (words[key] ?? key).split(/(\{\w+\})/).map((part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    return name ? values[name] : part;
  });
}

/** The rests of the keys that begin so. */
export const keys = (start) => Object.keys(en).filter((key) => key.startsWith(start)).map((key) => key.slice(start.length));

/** The text of a key if there is one, or another text. */
export const known = (key, other) => words[key] ?? other;

export const number = (value) => new Intl.NumberFormat(language).format(value);

export const list = (items) => new Intl.ListFormat(language, { type: 'conjunction' }).format(items);

const date = (options) => (at) => new Intl.DateTimeFormat(language, options).format(new Date(at));

export const day = date({ dateStyle: 'medium' });
export const shortDay = date({ month: 'short', day: 'numeric' });
export const exact = date({ dateStyle: 'medium', timeStyle: 'medium' });

const UNITS = [
  ['year', 31557600],
  ['month', 2629800],
  ['day', 86400],
  ['hour', 3600],
  ['minute', 60],
];

/** "3 days ago", "in 2 hours". */
export function relative(at) {
  const seconds = (new Date(at) - Date.now()) / 1000;
  const [unit, length] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  return format.format(unit === 'second' ? 0 : Math.trunc(seconds / length), unit);
}

/** "4 hours". */
export function duration(seconds) {
  const [unit, length] = UNITS.find(([, length]) => seconds >= length && seconds % length === 0) ??
    UNITS.find(([, length]) => seconds >= length) ?? ['second', 1];
  const style = { style: 'unit', unit, unitDisplay: 'long' };
  return new Intl.NumberFormat(language, style).format(Math.round(seconds / length));
}
