// The value of a field beside another one: what only one of them has is marked.

import { h } from './dom.js';
import { t } from './text.js';
import { visible } from './parts.js';
import { FIELDS } from './fields.js';

/** `mark` is a sign for the items that `other` does not have, so that colour is not all there is. */
export function shown(field, value, other, mark = '') {
  const kind = FIELDS[field];
  if (kind === 'kind') return t(value ? 'confidential' : 'public');
  if (kind === 'pairs') return lines(texts(value), texts(other), mark);
  if (Array.isArray(value)) return lines(value, other ?? [], mark);
  return value ? h('span.lines', {}, visible(value)) : h('span.muted', {}, t('none'));
}

const texts = (pairs) => Object.entries(pairs ?? {}).map(([key, value]) => `${key} = ${value}`);

function lines(items, others, mark) {
  if (items.length === 0) return h('span.muted', {}, t('none'));
  return h('ul.plain', {}, items.map((item) => {
    const isOwn = mark && !others.includes(item);
    return h(isOwn ? 'li.own' : 'li', {}, isOwn && h('span.mark', {}, `${mark} `), h('code', {}, visible(item)));
  }));
}
