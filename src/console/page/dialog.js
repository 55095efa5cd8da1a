// Dialogs: confirmations, secrets that are shown once, and the question for a token.

import { h, put, newId } from './dom.js';
import { t } from './text.js';
import { announce, button, code, copy, copyButton, notice, typable } from './parts.js';
import { call, curl } from './api.js';

/** Opens a dialog. `locked` ones close by their buttons only. Closing removes it from the page. */
export function open(title, { locked = false, wide = false, onclose } = {}) {
  const id = newId('title');
  const content = h('div.content');
  const dialog = h(`dialog${wide ? '.wide' : ''}`, { 'aria-labelledby': id },
    h('h2', { id }, title), content);
  if (locked) {
    dialog.addEventListener('cancel', (event) => event.preventDefault());
    dialog.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') event.preventDefault();
    });
  }
  const before = document.activeElement;
  dialog.addEventListener('close', () => {
    onclose?.();
    dialog.remove();
    const to = before?.isConnected && before !== document.body ? before : document.querySelector('h1');
    to?.focus();
  });
  document.body.append(dialog);
  return {
    content,
    show(...children) {
      put(content, ...children);
      dialog.showModal();
    },
    close: () => dialog.close(),
  };
}

/** The same request for a shell, folded: `request` tells its method, path and options now. */
export function asCurl(request) {
  const shown = h('code', {}, curl(...request()));
  return h('details.curl', { ontoggle: () => put(shown, curl(...request())) },
    h('summary', {}, t('curl.title')),
    h('pre', { tabindex: '0', 'aria-label': t('curl.title') }, shown),
    button(t('copy'), () => copy(curl(...request())), 'small'));
}

/**
 * Asks before something is done, and does it. `request` tells the request, as what is in the fields
 * makes it. Resolves with its answer, or with nothing if the user thinks otherwise.
 */
export function confirm({ title, text = [], action, danger = false, typed, request, fields, onerror }) {
  return new Promise((resolve) => {
    let result;
    const { show, close } = open(title, { onclose: () => resolve(result) });
    const said = h('div');
    const shell = asCurl(request);
    const word = typed && h('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', autofocus: true });
    const done = h(`button.${danger ? 'danger' : 'primary'}`, { type: 'submit', disabled: Boolean(typed) }, action);
    word?.addEventListener('input', () => { done.disabled = typable(word.value) !== typable(typed); });
    const form = h('form', {
      novalidate: true,
      oninput: () => shell.dispatchEvent(new Event('toggle')),
      onsubmit: async (event) => {
        event.preventDefault();
        if (done.disabled) return;
        done.disabled = true;
        try {
          result = await call(...request());
          close();
        } catch (error) {
          put(said, notice(error));
          onerror?.(error);
          done.disabled = false;
        }
      },
    },
    text.map((line) => (line instanceof Node ? line : h('p', {}, line))),
    fields,
    typed && h('label.field', {}, h('span', {}, t('confirm.type'), ' ', code(typed)), word),
    shell,
    said,
    h('div.actions', {},
      h('button', { type: 'button', onclick: close, autofocus: danger && !typed }, t('cancel')), done));
    show(form);
  });
}

const LIFETIME = 10 * 60 * 1000;

/**
 * Shows a secret once. It is in this closure only, covered until the user wants to see it, and is
 * dropped when the dialog closes, when the page is left, and after ten minutes.
 */
export function showSecret({ title, secret, clientId, variable = 'CLIENT_SECRET', text }) {
  return new Promise((resolve) => {
    let value = secret;
    const covered = () => '•'.repeat(32);
    const id = newId('secret');
    const field = h('input.secret', {
      id, type: 'text', readonly: true, autocomplete: 'off', spellcheck: 'false', 'data-1p-ignore': true,
      'data-lpignore': 'true', value: covered(),
    });
    const drop = () => {
      value = null;
      field.value = '';
      clearTimeout(timer);
      removeEventListener('pagehide', leave);
    };
    const { show, close } = open(title, { locked: true, onclose: () => { drop(); resolve(); } });
    const leave = () => { drop(); close(); };
    const timer = setTimeout(() => { announce(t('secret.dropped')); leave(); }, LIFETIME);
    addEventListener('pagehide', leave);
    const toggle = button(t('secret.show'), () => {
      const isCovered = field.value !== value;
      field.value = isCovered ? value : covered();
      toggle.textContent = isCovered ? t('secret.hide') : t('secret.show');
      toggle.setAttribute('aria-pressed', String(isCovered));
    });
    toggle.setAttribute('aria-pressed', 'false');
    const said = h('span.said', { 'aria-hidden': 'true' });
    const download = () => {
      const lines = [clientId && `CLIENT_ID=${clientId}`, `${variable}=${value}`, ''];
      const blob = new Blob([lines.filter((line) => line !== undefined).join('\n')], { type: 'text/plain' });
      save(blob, `${(clientId ?? variable.toLowerCase()).replace(/[^\w.-]/g, '_')}.env`);
    };
    show(
      h('p', {}, text ?? t('secret.once')),
      clientId && h('p', {}, t('field.client_id'), ': ', code(clientId), ' ', copyButton(clientId, t('field.client_id'))),
      h('label.field', { for: id }, h('span', {}, t('secret.label')), field),
      h('div.row', {}, toggle,
        button(t('copy'), async () => { said.textContent = (await copy(value)) ? t('copied') : t('copy.failed'); }, 'primary'),
        button(t('secret.download'), download), said),
      h('div.actions', {}, button(t('secret.stored'), close)));
    toggle.focus();
  });
}

/** Saves a file. */
export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  h('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/** Asks for a token, or for another try once the user has signed in elsewhere. */
export function askForAuthority(kind, wasRefused) {
  return new Promise((resolve, reject) => {
    let answer;
    let isAnswered = false;
    const onclose = () => {
      if (isAnswered) resolve(answer);
      else reject(Object.assign(new Error(''), { status: 401 }));
    };
    const { show, close } = open(t('auth.title'), { onclose });
    const id = newId('token');
    const field = kind === 'prompt' && h('input', {
      id, type: 'password', autocomplete: 'off', spellcheck: 'false', required: true, autofocus: true, 'data-1p-ignore': true,
    });
    const said = h('div');
    show(h('form', {
      novalidate: true,
      onsubmit: (event) => {
        event.preventDefault();
        if (field && !/^[\x21-\x7e]+$/.test(field.value.trim())) {
          put(said, h('p.notice.bad', { role: 'alert' }, t('auth.not.a.token')));
          return;
        }
        answer = field ? field.value.trim() : undefined;
        if (field) field.value = '';
        isAnswered = true;
        close();
      },
    },
    h('p', {}, t(field ? (wasRefused ? 'auth.prompt.again' : 'auth.prompt') : 'auth.session')),
    field && h('label.field', { for: id }, h('span', {}, t('auth.token')), field),
    said,
    h('div.actions', {},
      h('button', { type: 'button', onclick: close }, t('cancel')),
      h('button.primary', { type: 'submit' }, t(field ? 'auth.use' : 'retry')))));
  });
}
