//! A reaper at work in the long list, and reads of administrators beside it.

use std::time::{Duration, Instant};

use tower_oauth_clients::ClientManager;
use tower_oauth_clients::domain::{Client, ClientId, Clock, Operator, Role, SystemClock, TenantId};
use tower_oauth_clients::registration::{BoxError, LiveGrants, Reaper, Registrar};
use tower_oauth_clients::repository::RegistrationRepository;

use super::lists::TENANT;

/// How long reads are counted in each round, alone and beside the reaper.
const TIME: Duration = Duration::from_secs(5);

/// What the database does in the background after the list was made disturbs the first ones.
const ROUNDS: usize = 5;

/// Nobody has a token.
struct Nothing;

impl LiveGrants for Nothing {
    async fn any(&self, _: &Client) -> Result<bool, BoxError> {
        Ok(false)
    }
}

/// The statements that make all clients of the list register themselves. One in ten has not been
/// used for long.
pub fn prepare() -> [String; 2] {
    let now = SystemClock.now().as_micros();
    let is_due = "id LIKE '%0'";
    let clients = format!(
        "UPDATE oauth_clients SET origin = 'dynamic',
            last_used_at = CASE WHEN {is_due} THEN NULL ELSE {now} END,
            unused_since = CASE WHEN {is_due} THEN created_at ELSE {now} END
        WHERE tenant_id = '{TENANT}' AND deleted_at IS NULL AND status = 'active'"
    );
    let registrations = format!(
        "INSERT INTO oauth_client_registrations (tenant_id, id, state, bounds)
        SELECT tenant_id, id, 'approved', '{{}}' FROM oauth_clients
        WHERE tenant_id = '{TENANT}' AND deleted_at IS NULL AND origin = 'dynamic'"
    );
    [clients, registrations]
}

pub async fn measure<R>(quick: bool, repository: &R)
where
    R: RegistrationRepository + Clone + 'static,
{
    let time = if quick { TIME / 100 } else { TIME };
    let tenant = TenantId::parse(TENANT).unwrap();
    let manager = ClientManager::builder(repository.clone()).build().unwrap();
    let endpoint = "https://id.example.com/oauth/register";
    let registrar = Registrar::builder(manager.clone(), repository.clone(), endpoint)
        .with_tenant(tenant.clone())
        .build()
        .unwrap();
    let operator = Operator::new("alice", Role::Admin, tenant.clone());
    let before = repository
        .count_registrations(&tenant, u32::MAX)
        .await
        .unwrap();
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let alone = reads(&manager, &operator, time).await;
        let reaper = Reaper::builder(&registrar, Nothing).build().unwrap();
        let reaper = tokio::spawn(reaper.run(Duration::from_secs(60)));
        let beside = reads(&manager, &operator, time).await;
        reaper.abort();
        ratios.push(beside / alone);
    }
    ratios.sort_by(f64::total_cmp);
    let after = repository
        .count_registrations(&tenant, u32::MAX)
        .await
        .unwrap();
    println!("  a reaper in a list of {before} clients that registered themselves:");
    println!(
        "    {} removed in {:.1?}; {:.2} x the reads that are possible without it [{:.2} to {:.2}]",
        before - after,
        time * ROUNDS as u32,
        ratios[ROUNDS / 2],
        ratios[0],
        ratios[ROUNDS - 1],
    );
}

/// How often clients can be read per second, one after the other.
async fn reads(manager: &ClientManager, operator: &Operator, time: Duration) -> f64 {
    let start = Instant::now();
    let mut count = 0;
    while start.elapsed() < time {
        // They are not due.
        let number = count * 10 % 100 + 1;
        let id = ClientId::parse(&format!("app-{number:026}")).unwrap();
        manager.get(operator, &id).await.unwrap();
        count += 1;
    }
    f64::from(count) / start.elapsed().as_secs_f64()
}
