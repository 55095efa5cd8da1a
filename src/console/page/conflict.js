// Two administrators changed a client at once: what it was, what each of them made of it, and which
// of the two to keep, field by field.

import { h, newId } from './dom.js';
import { t } from './text.js';
import { cellLabel } from './parts.js';
import { open } from './dialog.js';
import { FIELDS, differing, same } from './fields.js';
import { shown } from './values.js';

/** Resolves with what to save, or with nothing if the user goes on editing. */
export function resolve(base, mine, theirs) {
  const ours = differing(base, mine);
  const others = differing(base, theirs);
  const all = Object.keys(FIELDS).filter((field) => ours.includes(field) || others.includes(field));
  const choice = Object.fromEntries(all.map((field) => [field, ours.includes(field) ? 'mine' : 'theirs']));
  return new Promise((done) => {
    let result;
    const { show, close } = open(t('conflict.title'), { wide: true, onclose: () => done(result) });
    const option = (field, name, which, value, other) => h('td', {}, cellLabel(t(`conflict.${which}`)), h('label.check', {},
      h('input', {
        type: 'radio', name, value: which, checked: choice[field] === which,
        'aria-label': `${t(`field.${field}`)}: ${t(`conflict.keep.${which}`)}`,
        onchange: () => { choice[field] = which; },
      }),
      h('span', {}, shown(field, value, other, '•'))));
    const rows = all.map((field) => {
      const isBoth = ours.includes(field) && others.includes(field) && !same(mine[field], theirs[field]);
      const name = newId('keep');
      const cells = isBoth
        ? [option(field, name, 'mine', mine[field], base[field]), option(field, name, 'theirs', theirs[field], base[field])]
        : [h('td', {}, cellLabel(t('conflict.mine')), ours.includes(field) ? shown(field, mine[field], base[field], '•') : h('span.muted', {}, t('conflict.same'))),
          h('td', {}, cellLabel(t('conflict.theirs')), others.includes(field) ? shown(field, theirs[field], base[field], '•') : h('span.muted', {}, t('conflict.same')))];
      return h('tr', { class: isBoth ? 'both' : null }, h('th', { scope: 'row' }, t(`field.${field}`)),
        h('td', {}, cellLabel(t('conflict.base')), shown(field, base[field])), cells);
    });
    show(
      h('p', {}, t('conflict.text')),
      h('div.scroll', { tabindex: '0', role: 'region', 'aria-label': t('conflict.title') }, h('table.difference', {},
        h('caption.unseen', {}, t('conflict.title')),
        h('thead', {}, h('tr', {}, ['diff.field', 'conflict.base', 'conflict.mine', 'conflict.theirs'].map((key) =>
          h('th', { scope: 'col' }, t(key))))),
        h('tbody', {}, rows))),
      h('div.actions', {},
        h('button', { type: 'button', onclick: close }, t('form.back')),
        h('button.primary', {
          type: 'button',
          onclick: () => {
            const kept = all.map((field) => [field, choice[field] === 'mine' ? mine[field] : theirs[field]]);
            result = { ...theirs, ...Object.fromEntries(kept) };
            close();
          },
        }, t('conflict.save'))));
  });
}
