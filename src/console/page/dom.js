// Building elements without markup: text stays text, whatever it contains.

const SVG = 'http://www.w3.org/2000/svg';

function fill(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
  return node;
}

function set(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
  else if (name === 'value' || name === 'checked') node[name] = value;
  else node.setAttribute(name, value === true ? '' : value);
}

/** An element: `h('a.name', {href: '#/'}, 'text', [more])`. */
export function h(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  const node = document.createElement(name);
  if (classes.length) node.className = classes.join(' ');
  for (const [key, value] of Object.entries(attributes)) {
    if (key !== 'value') set(node, key, value);
  }
  fill(node, children);
  // The options of a select come first.
  if ('value' in attributes) set(node, 'value', attributes.value);
  return node;
}

/** An element of a drawing. */
export function s(name, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) set(node, key, value);
  return fill(node, children);
}

/** Replaces what is in an element. */
export function put(node, ...children) {
  node.replaceChildren();
  return fill(node, children);
}

let last = 0;

/** An id that no other element has. */
export const newId = (prefix = 'id') => `${prefix}-${++last}`;

/** A function that runs once calls have ceased for so many milliseconds, and not after `signal`. */
export function debounce(run, pause, signal) {
  let timer = 0;
  const later = (...args) => {
    clearTimeout(timer);
    if (!signal.aborted) timer = setTimeout(run, pause, ...args);
  };
  later.cancel = () => clearTimeout(timer);
  signal.addEventListener('abort', later.cancel);
  return later;
}

/** A controller that `signal` aborts, too. */
export function within(signal) {
  const controller = new AbortController();
  if (signal.aborted) controller.abort();
  signal.addEventListener('abort', () => controller.abort(), { signal: controller.signal });
  return controller;
}
