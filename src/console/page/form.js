// A new client, or a change of one: three questions, everything else below them, and for a change
// the differences before they are saved.

import { h, put } from './dom.js';
import { t, number } from './text.js';
import { CLIENTS, call, clientPath, get, named, nameOf } from './api.js';
import { announce, cellLabel, heading, notice, visible } from './parts.js';
import { asCurl, open, showSecret } from './dialog.js';
import { FIELDS, creation, differing, faults, normal, patch } from './fields.js';
import { resolve } from './conflict.js';
import { shown } from './values.js';
import * as inputs from './inputs.js';
import { GRANTS, METHODS } from './list.js';

/** What each kind of application has, unless the user says otherwise. */
const KINDS = {
  web: { is_confidential: true, grant_types: ['authorization_code', 'refresh_token'], client_auth_methods: ['client_secret_basic'] },
  native: { is_confidential: false, grant_types: ['authorization_code', 'refresh_token'], client_auth_methods: ['none'] },
  machine: { is_confidential: true, grant_types: ['client_credentials'], client_auth_methods: ['client_secret_basic'] },
};

function kindOf(client) {
  if (!client.is_confidential) return 'native';
  return client.grant_types.length && client.grant_types.every((name) => name === 'client_credentials') ? 'machine' : 'web';
}

export default async function page({ segments, signal }) {
  const name = segments[2] === 'edit' ? await named(segments[1], signal) : null;
  let base = normal({ ...KINDS.web, name: '' });
  let etag = null;
  if (name) {
    const answer = await get(`${clientPath(name)}?view=full`, { signal });
    [base, etag] = [normal(answer.data), answer.etag];
  }
  return build(name, base, etag);
}

function build(name, first, firstTag) {
  let [base, etag] = [first, firstTag];
  let isDone = false;
  const label = (field) => t(`field.${field}`);
  const hint = (field) => t(`hint.${field}`);
  const kinds = ['web', 'native', 'machine'].map((kind) => [kind, t(`kind.${kind}`), t(`kind.${kind}.why`)]);
  const control = {
    name: inputs.text(label('name'), base.name, { required: true, hint: hint('name') }),
    redirect_uris: inputs.list(label('redirect_uris'), base.redirect_uris, { hint: hint('redirect_uris'), placeholder: 'https://app.example.com/callback' }),
    description: inputs.text(label('description'), base.description, { lines: 2, hint: hint('description') }),
    is_confidential: inputs.one(label('is_confidential'), [
      ['true', t('confidential'), t('confidential.why')], ['false', t('public'), t('public.why')],
    ], String(base.is_confidential), (value) => follow(value === 'true')),
    grant_types: inputs.several(label('grant_types'), GRANTS, base.grant_types, 'grant'),
    client_auth_methods: inputs.several(label('client_auth_methods'), METHODS, base.client_auth_methods, 'method', hint('client_auth_methods')),
    scopes: inputs.words(label('scopes'), base.scopes, { hint: hint('scopes') }),
    fapi_profile: inputs.select(label('fapi_profile'), ['', 'fapi1', 'fapi2'].map((key) => [key, key ? t(`fapi.${key}`) : t('none')]), base.fapi_profile),
    jwks_uri: inputs.text(label('jwks_uri'), base.jwks_uri, { mono: true, hint: hint('jwks_uri') }),
    jwks: inputs.text(label('jwks'), base.jwks, { lines: 4, mono: true, hint: hint('jwks') }),
    post_logout_redirect_uris: inputs.list(label('post_logout_redirect_uris'), base.post_logout_redirect_uris),
    allowed_cors_origins: inputs.list(label('allowed_cors_origins'), base.allowed_cors_origins, { hint: hint('allowed_cors_origins') }),
    website: inputs.text(label('website'), base.website, { mono: true }),
    logo_url: inputs.text(label('logo_url'), base.logo_url, { mono: true, hint: hint('logo_url') }),
    privacy_policy: inputs.text(label('privacy_policy'), base.privacy_policy, { mono: true }),
    terms_url: inputs.text(label('terms_url'), base.terms_url, { mono: true }),
    contacts: inputs.list(label('contacts'), base.contacts, { mono: false }),
    metadata: inputs.pairs(label('metadata'), base.metadata, hint('metadata')),
  };
  const kind = inputs.one(t('form.question.kind'), kinds, kindOf(base), (value) => {
    const { is_confidential: secret, grant_types: grants, client_auth_methods: methods } = KINDS[value];
    confidential(secret);
    control.grant_types.set(grants);
    control.client_auth_methods.set(methods);
    tell();
  });
  // What the kind sets stands below it in words, so that nobody need look under "More".
  const told = h('p.hint.told', { 'aria-live': 'polite' });
  function tell() {
    const { grant_types: grants, client_auth_methods: methods } = draft();
    put(told, t('form.told', {
      grants: grants.map((one) => t(`grant.${one}`)).join(', '), methods: methods.map((one) => t(`method.${one}`)).join(', '),
    }));
  }
  function confidential(value) {
    for (const radio of control.is_confidential.node.querySelectorAll('input')) radio.checked = radio.value === String(value);
  }
  function follow(value) {
    control.client_auth_methods.set(value ? ['client_secret_basic'] : ['none']);
    tell();
  }
  const draft = () => {
    const values = Object.fromEntries(Object.keys(FIELDS).map((field) => [field, control[field].value()]));
    return { ...values, is_confidential: values.is_confidential === 'true' };
  };

  const summary = h('div');
  const submit = h('button.primary', { type: 'submit' }, t(name ? 'form.review' : 'form.create'));
  const back = name ? `#/clients/${encodeURIComponent(name)}` : '#/clients';
  const section = (title, fields, isOpen) => h('details.section', { open: isOpen },
    h('summary', {}, h('h2', {}, t(title))), fields.map((field) => control[field].node));
  const form = h('form.editor', {
    novalidate: true,
    oninput: tell,
    onsubmit: (event) => { event.preventDefault(); (name ? review : create)(); },
  },
  summary,
  h('div.card', {}, kind.node, told, control.name.node, control.redirect_uris.node),
  h('h2.more-title', {}, t('form.more')),
  section('group.signin', ['is_confidential', 'grant_types', 'client_auth_methods', 'scopes', 'fapi_profile', 'jwks_uri', 'jwks']),
  section('group.redirects', ['post_logout_redirect_uris', 'allowed_cors_origins']),
  section('group.about', ['description', 'contacts', 'website', 'logo_url', 'privacy_policy', 'terms_url', 'metadata']),
  h('div.actions.sticky', {}, h('a.button', { href: back }, t('cancel')), submit));
  tell();

  /** Puts each fault of a response at its field, the rest into a summary, which takes the focus. */
  function refuse(error) {
    const found = error.status === 400 ? faults(error.message) : [];
    for (const [field, input] of Object.entries(control)) {
      const focus = input.mark(found.filter((fault) => fault.field === field));
      if (focus) input.node.closest('details')?.setAttribute('open', '');
      input.focus = focus;
    }
    if (found.length === 0) {
      put(summary, notice(error));
      summary.firstChild.setAttribute('tabindex', '-1');
      summary.firstChild.focus();
      return;
    }
    const lines = found.map((fault) => {
      const input = control[fault.field];
      if (!input?.focus) return h('li', { lang: 'en' }, fault.text);
      const at = fault.index === null ? '' : ` ${number(fault.index + 1)}`;
      const target = input.focus;
      return h('li', {}, h('button.link', { type: 'button', onclick: () => target.focus() }, `${label(fault.field)}${at}`),
        ': ', h('span', { lang: 'en' }, fault.text));
    });
    const box = h('div.notice.bad', { role: 'alert', tabindex: '-1' },
      h('strong', {}, t('form.faults', { count: number(found.length) })), h('ul', {}, lines));
    put(summary, box);
    box.focus();
  }

  async function sending(run) {
    submit.disabled = true;
    try { return await run(); } finally { submit.disabled = false; }
  }

  function forget() {
    put(summary);
    for (const input of Object.values(control)) input.mark([]);
  }

  async function create() {
    forget();
    const body = creation(draft());
    try {
      const { data } = await sending(() => call('POST', CLIENTS, { body }));
      isDone = true;
      const secret = data.client_secret;
      delete data.client_secret;
      if (secret) await showSecret({ title: t('secret.title'), secret, clientId: data.client_id });
      location.hash = `#/clients/${encodeURIComponent(nameOf(data))}`;
    } catch (error) { refuse(error); }
  }

  function review() {
    forget();
    const mine = draft();
    const changed = differing(base, mine);
    if (changed.length === 0) {
      put(summary, h('p.notice', { role: 'status' }, t('form.unchanged')));
      announce(t('form.unchanged'));
      return;
    }
    const body = patch(base, mine, changed);
    const headers = { 'If-Match': etag };
    const { show, close } = open(t('form.review.title'), { wide: true });
    const said = h('div');
    const save = h('button.primary', {
      type: 'button',
      onclick: async () => {
        save.disabled = true;
        try {
          await call('PATCH', clientPath(name), { body, headers });
          close();
          leave();
        } catch (error) {
          close();
          if (error.status === 412) await merge(mine);
          else refuse(error);
        }
      },
    }, t('save'));
    show(
      base.is_confidential && !mine.is_confidential && h('p.notice.warn', {}, t('form.public.warning')),
      difference(changed, base, mine), asCurl(() => ['PATCH', clientPath(name), { body, headers }]), said,
      h('div.actions', {}, h('button', { type: 'button', onclick: close }, t('form.back')), save));
  }

  /** Somebody else changed the client: what each did is shown, and the user chooses. */
  async function merge(mine) {
    try {
      const answer = await get(`${clientPath(name)}?view=full`);
      const theirs = normal(answer.data);
      const merged = await resolve(base, mine, theirs);
      if (!merged) return;
      const changed = differing(theirs, merged);
      if (changed.length) {
        const headers = { 'If-Match': answer.etag };
        await call('PATCH', clientPath(name), { body: patch(theirs, merged, changed), headers });
      }
      leave();
    } catch (error) {
      if (error.status === 412) await merge(mine);
      else refuse(error);
    }
  }

  function leave() {
    isDone = true;
    announce(t('form.saved'));
    location.hash = back;
  }

  const title = name ? t('form.edit.title', { name: base.name }) : t('form.new.title');
  const view = [
    heading(name ? [t('form.edit.title', { name: '' }), visible(base.name)] : title, {
      back: [back, name ? t('form.back.client') : t('nav.clients')],
    }),
    form,
  ];
  const untouched = JSON.stringify(draft());
  return { title, view, isDirty: () => !isDone && JSON.stringify(draft()) !== untouched };
}

function difference(changed, before, after) {
  const told = (key) => cellLabel(t(`diff.${key}`));
  return h('div.scroll', { tabindex: '0', role: 'region', 'aria-label': t('form.review.title') }, h('table.difference', {},
    h('caption.unseen', {}, t('form.review.title')),
    h('thead', {}, h('tr', {}, ['field', 'before', 'after'].map((key) => h('th', { scope: 'col' }, t(`diff.${key}`))))),
    h('tbody', {}, changed.map((field) => h('tr', {}, h('th', { scope: 'row' }, t(`field.${field}`)),
      h('td.before', {}, told('before'), shown(field, before[field], after[field], '−')),
      h('td.after', {}, told('after'), shown(field, after[field], before[field], '+')))))));
}
