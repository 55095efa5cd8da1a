// Drawings. Each says in words what it shows, and none needs colour.

import { h, s } from './dom.js';
import { t, day, number, shortDay } from './text.js';

const WIDTH = 600;

const DAY = 86400000;
const at = (text) => new Date(text).getTime();

/** The time that the lines of several secrets share. */
export function spanOf(secrets) {
  const today = Date.now();
  const from = Math.min(...secrets.map((secret) => at(secret.created_at)));
  const farthest = today + Math.max(today - from, 60 * DAY);
  const ends = secrets.map((secret) => (secret.expires_at ? at(secret.expires_at) : today));
  return [from, Math.max(today + (today - from) / 20, Math.min(Math.max(...ends), farthest), from + DAY)];
}

/** A secret from its creation to its end: thick while it works, dotted for as long as it will. */
export function timeLine(secret, now, [from, to]) {
  const [created, changed, today] = [at(secret.created_at), at(secret.updated_at), Date.now()];
  const expires = secret.expires_at ? at(secret.expires_at) : null;
  const x = (time) => `${(100 * Math.min(Math.max(time - from, 0), to - from)) / (to - from)}%`;
  const line = (a, b, more) => s('line', { x1: x(a), x2: x(b), y1: 14, y2: 14, stroke: 'currentColor', 'stroke-linecap': 'round', ...more });
  const ended = now === 'inactive' ? Math.min(changed, expires ?? changed) : now === 'expired' ? expires : null;
  const works = { 'stroke-width': 5 };
  const will = { 'stroke-width': 3, 'stroke-dasharray': '0 7' };
  const parts = [line(from, to, { 'stroke-width': 1, opacity: 0.25 })];
  if (now === 'retired') parts.push(line(created, changed, works), line(changed, expires ?? today, will));
  else parts.push(line(created, ended ?? today, works), !ended && line(today, expires ?? to, will));
  parts.push(line(today, today, { y1: 3, y2: 25, 'stroke-width': 1 }), place(x(created), circle()));
  if (secret.last_used_at) parts.push(place(x(at(secret.last_used_at)), diamond()));
  if (ended) parts.push(place(x(ended), cross()));
  const words = [t('line.created', { day: day(created) })];
  if (secret.last_used_at) words.push(t('line.used', { day: day(secret.last_used_at) }));
  if (now === 'retired') words.push(t('line.retired', { day: day(changed) }));
  if (ended) words.push(t('line.ended', { day: day(ended) }));
  else if (expires) words.push(t('line.expires', { day: day(expires) }));
  return s('svg', { class: 'line', role: 'img', 'aria-label': words.join(', ') }, parts.filter(Boolean));
}

/** A sign in the middle of the line, whose shape does not depend on the width. */
const place = (x, sign) => s('svg', { x, y: 14 }, sign);
const circle = () => s('circle', { r: 5, fill: 'var(--surface)', stroke: 'currentColor', 'stroke-width': 2 });
const diamond = () => s('path', { d: 'M0-7l7 7-7 7-7-7z', fill: 'var(--accent)', stroke: 'var(--surface)', 'stroke-width': 1.5 });
const cross = () => s('path', { d: 'M-5-5l10 10m0-10l-10 10', stroke: 'currentColor', 'stroke-width': 2.5, fill: 'none' });
const dots = () => s('line', { x1: -9, x2: 9, stroke: 'currentColor', 'stroke-width': 3, 'stroke-dasharray': '0 7', 'stroke-linecap': 'round' });

export function legend() {
  const sign = (drawing, key) => h('span', {},
    s('svg', { viewBox: '-12 -12 24 24', width: 20, height: 20, 'aria-hidden': 'true' }, drawing), t(key));
  return h('p.legend', {},
    sign(circle(), 'legend.created'), sign(diamond(), 'legend.used'), sign(dots(), 'legend.grace'), sign(cross(), 'legend.ended'),
    sign(s('line', { y1: -11, y2: 11, stroke: 'currentColor' }), 'today'));
}

/** Entries per day, of the entries that are shown. */
export function activity(times) {
  if (times.length === 0) return null;
  const key = (time) => { const at = new Date(time); return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime(); };
  const counts = new Map();
  for (const time of times) counts.set(key(time), (counts.get(key(time)) ?? 0) + 1);
  const days = [];
  const last = key(Date.now());
  const first = new Date(Math.max(Math.min(...counts.keys()), last - 59 * DAY));
  // By calendar: a day may have 23 or 25 hours.
  for (const at = new Date(Math.min(first, last - 29 * DAY)); at.getTime() <= last; at.setDate(at.getDate() + 1)) days.push(key(at));
  const most = Math.max(...counts.values());
  const step = WIDTH / days.length;
  const bars = days.map((time, at) => {
    const count = counts.get(time) ?? 0;
    const height = count ? Math.max(3, (44 * count) / most) : 1;
    return s('rect', { x: at * step + 1, y: 48 - height, width: Math.max(1, step - 2), height, fill: 'currentColor', opacity: count ? 1 : 0.3 },
      s('title', {}, `${day(time)}: ${number(count)}`));
  });
  const total = days.reduce((sum, time) => sum + (counts.get(time) ?? 0), 0);
  return h('figure.activity', {},
    s('svg', { viewBox: `0 0 ${WIDTH} 50`, preserveAspectRatio: 'none', role: 'img', 'aria-label': t('activity.label', { count: number(total), most: number(most) }) }, bars),
    h('figcaption', {}, h('span', {}, shortDay(days[0])), h('span', {}, t('activity.title', { count: number(total) })), h('span', {}, t('today'))));
}
