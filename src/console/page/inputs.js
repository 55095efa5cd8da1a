// The inputs of a form. Each has `node`, `value()`, and `mark(faults)`, which shows the faults of its
// field and answers the element that takes the focus.

import { h, put, newId } from './dom.js';
import { t, known } from './text.js';
import { announce, button } from './parts.js';

/** Where the faults of one element are, which is described by them. */
function faultsOf(control) {
  const id = newId('fault');
  const node = h('div.faults', { id });
  return {
    node,
    show(texts) {
      put(node, texts.map((text) => h('p', { lang: 'en' }, text)));
      const described = (control.getAttribute('aria-describedby') ?? '').split(' ').filter((one) => one && one !== id);
      if (texts.length) described.push(id);
      if (described.length) control.setAttribute('aria-describedby', described.join(' '));
      else control.removeAttribute('aria-describedby');
      if (control.matches('input, textarea, select')) control.setAttribute('aria-invalid', String(texts.length > 0));
    },
  };
}

let isPressed = false;
addEventListener('pointerdown', () => { isPressed = true; }, true);
for (const end of ['pointerup', 'pointercancel']) addEventListener(end, () => { isPressed = false; }, true);

/** Runs once no button is pressed: what moves away under the pointer would not be clicked. */
const afterClick = (run) => (isPressed ? addEventListener('pointerup', () => setTimeout(run), { once: true }) : run());

/** Blanks at the ends are never meant, and are invisible: they go, and it is said. */
function trimming(control, said, isOne = true) {
  control.addEventListener('blur', () => {
    const trimmed = control.value.trim();
    const isTrimmed = trimmed !== control.value;
    const hasBlank = isOne && control.classList.contains('mono') && trimmed.includes(' ');
    if (isTrimmed) {
      control.value = trimmed;
      announce(t('form.trimmed'));
      control.dispatchEvent(new Event('input', { bubbles: true }));
    }
    afterClick(() => put(said,
      isTrimmed && h('p.hint', {}, t('form.trimmed')),
      hasBlank && h('p.hint', {}, t('form.blank'), ' ', h('code', {}, trimmed.replaceAll(' ', '␣')))));
  });
}

function described(control, hint) {
  if (!hint) return null;
  const id = newId('hint');
  control.setAttribute('aria-describedby', id);
  return h('p.hint', { id }, hint);
}

export function text(label, value, { lines = 0, hint, mono = false, required = false, isOne = true } = {}) {
  const id = newId('input');
  const attributes = {
    id, value, autocomplete: 'off', spellcheck: mono ? 'false' : null, class: mono ? 'mono' : null,
    'aria-required': required ? 'true' : null,
  };
  const control = lines ? h('textarea', { rows: lines, ...attributes }) : h('input', { type: 'text', ...attributes });
  const explained = described(control, hint);
  const faults = faultsOf(control);
  const said = h('div');
  if (!lines) trimming(control, said, isOne);
  return {
    node: h('div.field', {}, h('label', { for: id }, label), explained, control, said, faults.node),
    value: () => (lines ? control.value : control.value.trim()),
    set: (next) => { control.value = next; },
    mark(found) {
      faults.show(found.map(({ text: one }) => one));
      return found.length ? control : null;
    },
  };
}

/** Words with blanks between them, such as scopes. */
export function words(label, value, options) {
  const input = text(label, value.join(' '), { mono: true, isOne: false, ...options });
  return { ...input, value: () => input.value().split(/\s+/).filter(Boolean) };
}

/** A list of texts, one input each. What is typed counts without pressing a key. */
export function list(label, values, { hint, mono = true, placeholder = '' } = {}) {
  const legend = h('legend', {}, label);
  const rows = h('ul.rows');
  const group = h('fieldset.field', {}, legend);
  const explained = described(group, hint);
  const general = faultsOf(group);
  const entries = [];

  function add(value, focus) {
    const control = h('input', {
      type: 'text', value, placeholder, class: mono ? 'mono' : null, autocomplete: 'off', spellcheck: 'false',
    });
    const said = h('div');
    trimming(control, said);
    const faults = faultsOf(control);
    const remove = button('×', () => {
      const at = entries.indexOf(entry);
      entries.splice(at, 1);
      entry.node.remove();
      if (entries.length === 0) add('');
      number();
      entries[Math.max(0, at - 1)].control.focus();
      group.dispatchEvent(new Event('input', { bubbles: true }));
    }, 'quiet');
    const entry = { control, faults, remove, node: h('li', {}, h('div.row', {}, control, remove), said, faults.node) };
    entries.push(entry);
    rows.append(entry.node);
    number();
    if (focus) control.focus();
  }

  function number() {
    entries.forEach(({ control, remove }, at) => {
      const one = t('form.entry', { label, number: at + 1 });
      control.setAttribute('aria-label', one);
      remove.setAttribute('aria-label', t('form.remove', { what: one }));
    });
  }

  for (const value of values.length ? values : ['']) add(value);
  const filled = () => entries.filter(({ control }) => control.value.trim());
  group.append(...[explained, rows, button(`+ ${t('form.add')}`, () => add('', true), 'small'), general.node].filter(Boolean));
  return {
    node: group,
    value: () => filled().map(({ control }) => control.value.trim()),
    mark(found) {
      const sent = filled();
      let first = null;
      for (const entry of entries) entry.faults.show([]);
      const others = [];
      for (const fault of found) {
        const entry = fault.index === null ? null : sent[fault.index];
        if (!entry) { others.push(fault.text); continue; }
        entry.faults.show(found.filter(({ index }) => index === fault.index).map(({ text: one }) => one));
        first ??= entry.control;
      }
      general.show(others);
      return first ?? (others.length ? entries[0].control : null);
    },
  };
}

/** Several of a few: checkboxes. Values that the page does not know are kept. */
export function several(label, names, values, prefix, hint) {
  const all = [...names, ...values.filter((value) => !names.includes(value))];
  const group = h('fieldset.field', {}, h('legend', {}, label));
  const explained = described(group, hint);
  const faults = faultsOf(group);
  const boxes = all.map((name) => h('input', { type: 'checkbox', value: name, checked: values.includes(name) }));
  const rows = boxes.map((box) => h('label.check', {}, box, h('span', {}, known(`${prefix}.${box.value}`, box.value))));
  if (explained) group.append(explained);
  group.append(h('div.checks', {}, rows), faults.node);
  return {
    node: group,
    value: () => boxes.filter((box) => box.checked).map((box) => box.value),
    set: (next) => boxes.forEach((box) => { box.checked = next.includes(box.value); }),
    mark(found) {
      faults.show(found.map(({ text: one }) => one));
      return found.length ? boxes[0] : null;
    },
  };
}

/** One of a few, each with an explanation: radio buttons. */
export function one(label, options, value, onchange) {
  const name = newId('radio');
  const group = h('fieldset.field', {}, h('legend', {}, label));
  const faults = faultsOf(group);
  const radios = options.map(([key]) => h('input', {
    type: 'radio', name, value: key, checked: key === value, onchange: () => onchange?.(key),
  }));
  group.append(h('div.kinds', {}, options.map(([, title, why], at) =>
    h('label.kind', {}, radios[at], h('span', {}, h('strong', {}, title), why && h('span.hint', {}, why))))), faults.node);
  return {
    node: group,
    value: () => radios.find((radio) => radio.checked)?.value,
    mark(found) {
      faults.show(found.map(({ text: text_ }) => text_));
      return found.length ? radios[0] : null;
    },
  };
}

/** One of a few in a select. */
export function select(label, options, value, hint) {
  const id = newId('input');
  const control = h('select', { id, value }, options.map(([key, text_]) => h('option', { value: key }, text_)));
  const explained = described(control, hint);
  const faults = faultsOf(control);
  return {
    node: h('div.field', {}, h('label', { for: id }, label), explained, control, faults.node),
    value: () => control.value,
    mark(found) {
      faults.show(found.map(({ text: text_ }) => text_));
      return found.length ? control : null;
    },
  };
}

/** Pairs of key and value. */
export function pairs(label, value, hint) {
  const group = h('fieldset.field', {}, h('legend', {}, label));
  const explained = described(group, hint);
  const faults = faultsOf(group);
  const rows = h('ul.rows');
  const entries = [];
  function add(key, text_, focus) {
    const at = entries.length + 1;
    const input = (name, content) => h('input.mono', {
      type: 'text', value: content, autocomplete: 'off', spellcheck: 'false', placeholder: t(name),
      'aria-label': t('form.entry', { label: t(name), number: at }),
    });
    const entry = { key: input('form.key', key), text: input('form.value', text_) };
    const remove = button('×', () => {
      entries.splice(entries.indexOf(entry), 1);
      row.remove();
      group.querySelector('button.small').focus();
      group.dispatchEvent(new Event('input', { bubbles: true }));
    }, 'quiet');
    remove.setAttribute('aria-label', t('form.remove', { what: t('form.entry', { label, number: at }) }));
    const row = h('li', {}, h('div.row', {}, entry.key, entry.text, remove));
    entries.push(entry);
    rows.append(row);
    if (focus) entry.key.focus();
  }
  for (const [key, text_] of Object.entries(value)) add(key, text_);
  group.append(...[explained, rows, button(`+ ${t('form.add')}`, () => add('', '', true), 'small'), faults.node].filter(Boolean));
  return {
    node: group,
    value: () => Object.fromEntries(entries.filter(({ key }) => key.value).map((entry) => [entry.key.value, entry.text.value])),
    mark(found) {
      faults.show(found.map(({ text: text_ }) => text_));
      return found.length ? (entries[0]?.key ?? group.querySelector('button')) : null;
    },
  };
}
