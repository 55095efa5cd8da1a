// Clients such as a host has.

import { api, create, host } from './browser.mjs';

export async function seed() {
  const web = await create({
    name: 'Storefront',
    redirect_uris: ['https://shop.example.com/signin/callback', 'https://staging.shop.example.com/signin/callback'],
    scopes: ['openid', 'profile', 'email', 'orders:read', 'orders:write'],
    grant_types: ['authorization_code', 'refresh_token'],
    description: 'The shop itself.\nAsk the storefront team before changing its redirect URIs.',
    contacts: ['storefront@example.com'],
    website: 'https://shop.example.com/',
    privacy_policy: 'https://shop.example.com/privacy',
    metadata: { team: 'storefront', cost_center: '4711' },
  });
  await api('POST', `/clients/${web.client_id}/rotate-secret`);
  await api('POST', `/clients/${web.client_id}/secrets`, { description: 'the batch job', expires_at: new Date(Date.now() + 40 * 86400000).toISOString() });
  await api('PUT', `/clients/${web.client_id}`, { terms_url: 'https://shop.example.com/terms' });
  await fetch(`http://${host}/demo/tokens/${web.client_id}`, { method: 'POST' });
  await create({ name: 'Mobile app', redirect_uris: ['com.example.app:/callback'], is_confidential: false, grant_types: ['authorization_code', 'refresh_token'] });
  const report = await create({ name: 'Nightly report', grant_types: ['client_credentials'], scopes: ['reports:write'] });
  await api('PUT', `/clients/${report.client_id}`, { status: 'suspended' });
  await create({ name: '订单管理后台', redirect_uris: ['https://orders.example.com/cb'], scopes: ['orders:read'] });
  const old = await create({ name: 'Old intranet' });
  await api('DELETE', `/clients/${old.client_id}`);
  const idle = await create({ name: 'Single-page dashboard', is_confidential: false, redirect_uris: ['https://dashboard.example.com/'] });
  await api('PUT', `/clients/${idle.client_id}`, { status: 'inactive' });
  return web.client_id;
}
