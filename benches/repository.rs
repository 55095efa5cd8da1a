//! What the SQLite repository costs beside the same statements in `rusqlite`, in one run.
//!
//! `cargo bench --bench repository --features diesel-sqlite`; `-- --test` is one quick round.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::hint::black_box;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use rusqlite::{Connection, Row, params};
use tokio::runtime::Runtime;
use tower_oauth_clients::domain::{
    Action, AuditEntry, AuthMethod, Client, ClientId, ClientMetadata, ClientStatus, GrantType, Id,
    Operator, Page, Role, SecretHash, SecretRecord, TenantId, Timestamp, Version,
};
use tower_oauth_clients::repository::{ClientFilter, ClientRepository, Origin, SqliteRepository};

const READ: &str = "SELECT client_id, tenant_id, id, name, name_folded, redirect_uris, scopes, \
    grant_types, client_auth_methods, fapi_profile, is_confidential, jwks, jwks_uri, logo_url, \
    privacy_policy, terms_url, website, status, secret_last_four, version, clones, created_at, \
    updated_at, deleted_at FROM oauth_clients \
    WHERE tenant_id = ? AND client_id = ? AND deleted_at IS NULL";

const INSERT_CLIENT: &str = "INSERT INTO oauth_clients (client_id, tenant_id, id, name, \
    name_folded, redirect_uris, scopes, grant_types, client_auth_methods, fapi_profile, \
    is_confidential, jwks, jwks_uri, logo_url, privacy_policy, terms_url, website, status, \
    secret_last_four, version, clones, created_at, updated_at, deleted_at) VALUES \
    (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

const INSERT_SECRET: &str = "INSERT INTO oauth_client_secrets (tenant_id, client_id, id, hash, \
    last_four, status, description, created_at, updated_at, last_used_at, expires_at) VALUES \
    (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

const INSERT_AUDIT: &str = "INSERT INTO oauth_client_audit_logs (tenant_id, client_id, id, \
    secret_id, action, operator_id, operator_type, message, ip, at) VALUES \
    (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

const PRAGMAS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; \
    PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;";

/// How often: rounds, point reads and creations in each, and clients in the list.
struct Plan {
    rounds: usize,
    reads: usize,
    creates: usize,
    listed: usize,
}

const FULL: Plan = Plan {
    rounds: 15,
    reads: 2_000,
    creates: 200,
    listed: 1_000_000,
};
const QUICK: Plan = Plan {
    rounds: 1,
    reads: 20,
    creates: 5,
    listed: 300,
};

fn main() {
    let asked = |flag: &str| std::env::args().any(|argument| argument == flag);
    // `cargo bench` says `--bench`, and `cargo test --benches` says nothing.
    let quick = asked("--test") || !asked("--bench");
    let plan = if quick { QUICK } else { FULL };
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let open = |name: &str| {
        let path = folder.path().join(name);
        let repository = runtime.block_on(SqliteRepository::open(&path)).unwrap();
        runtime.block_on(repository.migrate()).unwrap();
        let plain = Connection::open(&path).unwrap();
        (repository, reopen(&plain))
    };
    // A file for each, so that they never wait for one another; one process, one run.
    let (repository, _) = open("repository.db");
    let (_, plain) = open("rusqlite.db");
    measure_reads_and_creations(&plan, &runtime, &repository, &plain);
    let (repository, plain) = open("list.db");
    measure_lists(&plan, &runtime, &repository, &plain);
}

fn measure_reads_and_creations(
    plan: &Plan,
    runtime: &Runtime,
    repository: &SqliteRepository,
    plain: &Connection,
) {
    let tenant = tenant();
    let kept = sample();
    runtime.block_on(create(repository, &kept));
    create_plain(plain, &kept);

    let hop = Hop::start();
    let hopping = Arc::new(Mutex::new(reopen(plain)));
    let mut times: [Vec<Duration>; 6] = Default::default();
    let [
        hops,
        reads,
        plain_reads,
        hopping_reads,
        creates,
        plain_creates,
    ] = &mut times;
    for _ in 0..plan.rounds {
        hops.push(runtime.block_on(each(plan.reads, async || {
            hop.run(|| black_box(())).await;
        })));
        plain_reads.push(each_plain(plan.reads, || {
            black_box(read_plain(plain, &kept.0));
        }));
        hopping_reads.push(runtime.block_on(each(plan.reads, async || {
            let (conn, client) = (Arc::clone(&hopping), kept.0.clone());
            let read = move || read_plain(&conn.lock().unwrap(), &client);
            black_box(hop.run(read).await);
        })));
        reads.push(runtime.block_on(each(plan.reads, async || {
            black_box(repository.get(&tenant, &kept.0.client_id).await.unwrap());
        })));
        let mut samples: Vec<_> = (0..plan.creates).map(|_| sample()).collect();
        plain_creates.push(each_plain(plan.creates, || {
            create_plain(plain, &samples.pop().unwrap());
        }));
        let mut samples: Vec<_> = (0..plan.creates).map(|_| sample()).collect();
        creates.push(runtime.block_on(each(plan.creates, async || {
            create(repository, &samples.pop().unwrap()).await;
        })));
    }
    let [hop, read, plain_read, hopping_read, create, plain_create] = times.map(median);
    println!("hop to a thread with a queue and back, with nothing to do there: {hop:.2?}");
    report("point read", read, "rusqlite behind a hop", hopping_read);
    let inner = read.saturating_sub(hop);
    report("point read without the hop", inner, "rusqlite", plain_read);
    report("create transaction", create, "rusqlite", plain_create);
}

type Job = Box<dyn FnOnce() + Send>;

/// A thread with a queue, as the repository has for its connections.
struct Hop(crossbeam_channel::Sender<Job>);

impl Hop {
    fn start() -> Self {
        let (sender, jobs) = crossbeam_channel::unbounded::<Job>();
        std::thread::spawn(move || jobs.iter().for_each(|job| job()));
        Self(sender)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let (answer, answered) = tokio::sync::oneshot::channel();
        let job: Job = Box::new(move || drop(answer.send(work())));
        self.0.send(job).unwrap();
        answered.await.unwrap()
    }
}

fn report(what: &str, ours: Duration, other: &str, theirs: Duration) {
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    println!("{what}: repository {ours:.2?}, {other} {theirs:.2?}, ratio {ratio:.2}");
}

fn reopen(conn: &Connection) -> Connection {
    let conn = Connection::open(conn.path().unwrap()).unwrap();
    conn.execute_batch(PRAGMAS).unwrap();
    conn
}

/// Pages of 20 at both ends of one tenant's list.
fn measure_lists(
    plan: &Plan,
    runtime: &Runtime,
    repository: &SqliteRepository,
    plain: &Connection,
) {
    let mut ids = Vec::with_capacity(plan.listed);
    plain.execute_batch("BEGIN").unwrap();
    for _ in 0..plan.listed {
        let (client, _, _) = sample();
        insert_plain(plain, &client);
        ids.push(client.id);
    }
    plain.execute_batch("COMMIT").unwrap();
    ids.sort();

    let (tenant, all) = (tenant(), ClientFilter::default());
    let pages = [
        Page::After { id: None, size: 20 },
        Page::After {
            id: ids.get(20).copied(),
            size: 20,
        },
    ];
    let mut times: [Vec<Duration>; 2] = Default::default();
    for _ in 0..plan.rounds {
        for (times, page) in times.iter_mut().zip(pages) {
            times.push(runtime.block_on(each(plan.reads / 10, async || {
                let slice = repository.list(&tenant, &all, page).await.unwrap();
                assert_eq!(black_box(slice).items.len(), 20);
            })));
        }
    }
    let [first, last] = times.map(median);
    println!(
        "list of {}: first page {first:.2?}, last page {last:.2?}, ratio {:.2}",
        plan.listed,
        last.as_secs_f64() / first.as_secs_f64(),
    );
}

async fn each(times: usize, mut work: impl AsyncFnMut()) -> Duration {
    let start = Instant::now();
    for _ in 0..times {
        work().await;
    }
    start.elapsed() / u32::try_from(times).unwrap()
}

fn each_plain(times: usize, mut work: impl FnMut()) -> Duration {
    let start = Instant::now();
    for _ in 0..times {
        work();
    }
    start.elapsed() / u32::try_from(times).unwrap()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

type Sample = (Client, SecretRecord, AuditEntry);

fn tenant() -> TenantId {
    TenantId::parse("acme").unwrap()
}

fn sample() -> Sample {
    let now = Timestamp::from(SystemTime::now());
    let id = Id::generate(now);
    let client_id = format!("app-{}", id.to_string().to_lowercase());
    let client_id = ClientId::parse(&client_id).unwrap();
    let client = Client {
        id,
        tenant_id: tenant(),
        client_id: client_id.clone(),
        metadata: ClientMetadata {
            name: "My Application".into(),
            redirect_uris: vec!["https://app.example.com/callback".into()],
            scopes: vec!["openid".into(), "profile".into()],
            grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            client_auth_methods: vec![AuthMethod::ClientSecretBasic],
            fapi_profile: None,
            is_confidential: true,
            jwks: None,
            jwks_uri: None,
            logo_url: Some("https://app.example.com/logo.png".into()),
            privacy_policy: None,
            terms_url: None,
            website: Some("https://app.example.com/".into()),
        },
        status: ClientStatus::Active,
        secret_last_four: Some("abcd".into()),
        version: Version::FIRST,
        created_at: now,
        updated_at: now,
        deleted_at: None,
    };
    let hash = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA\
        $RdescudvJCsgt3ub+b+dWRWJTmaaJObGRdescudvJCs";
    let secret = SecretRecord::new(Id::generate(now), SecretHash::from_phc(hash), "abcd", now);
    let operator = Operator::new("alice", Role::Admin, tenant());
    let audit = AuditEntry::new(&operator, client_id, Action::ClientCreate, "created", now);
    (client, secret, audit)
}

async fn create(repository: &SqliteRepository, (client, secret, audit): &Sample) {
    let tenant = tenant();
    let created = repository.create(&tenant, client, Some(secret), &Origin::Draft, audit);
    created.await.unwrap();
}

fn create_plain(conn: &Connection, (client, secret, audit): &Sample) {
    conn.prepare_cached("BEGIN").unwrap().execute([]).unwrap();
    insert_plain(conn, client);
    let (tenant, client_id) = (client.tenant_id.as_str(), client.client_id.as_str());
    let mut insert = conn.prepare_cached(INSERT_SECRET).unwrap();
    insert
        .execute(params![
            tenant,
            client_id,
            secret.id.to_string(),
            secret.hash.expose(),
            secret.last_four,
            secret.status.as_str(),
            secret.description,
            secret.created_at.as_micros(),
            secret.updated_at.as_micros(),
            secret.last_used_at.map(Timestamp::as_micros),
            secret.expires_at.map(Timestamp::as_micros),
        ])
        .unwrap();
    let mut insert = conn.prepare_cached(INSERT_AUDIT).unwrap();
    insert
        .execute(params![
            tenant,
            client_id,
            audit.id.to_string(),
            audit.secret_id.map(|id| id.to_string()),
            audit.action.as_str(),
            audit.operator_id,
            audit.operator_type,
            audit.message,
            audit.ip.map(|ip| ip.to_string()),
            audit.at.as_micros(),
        ])
        .unwrap();
    conn.prepare_cached("COMMIT").unwrap().execute([]).unwrap();
}

fn insert_plain(conn: &Connection, client: &Client) {
    let metadata = &client.metadata;
    let mut insert = conn.prepare_cached(INSERT_CLIENT).unwrap();
    insert
        .execute(params![
            client.client_id.as_str(),
            client.tenant_id.as_str(),
            client.id.to_string(),
            metadata.name,
            metadata.name.to_lowercase(),
            r#"["https://app.example.com/callback"]"#,
            r#"["openid","profile"]"#,
            r#"["authorization_code","refresh_token"]"#,
            r#"["client_secret_basic"]"#,
            None::<&str>,
            1,
            metadata.jwks,
            metadata.jwks_uri,
            metadata.logo_url,
            metadata.privacy_policy,
            metadata.terms_url,
            metadata.website,
            client.status.as_str(),
            client.secret_last_four,
            client.version.as_i64(),
            0,
            client.created_at.as_micros(),
            client.updated_at.as_micros(),
            client.deleted_at.map(Timestamp::as_micros),
        ])
        .unwrap();
}

/// Every column as a value of its own, as any caller needs them.
fn read_plain(conn: &Connection, client: &Client) -> (Vec<Option<String>>, Vec<Option<i64>>) {
    let mut read = conn.prepare_cached(READ).unwrap();
    let key = [client.tenant_id.as_str(), client.client_id.as_str()];
    read.query_row(key, |row: &Row<'_>| {
        let mut texts = Vec::with_capacity(18);
        for index in (0..10).chain(11..19) {
            texts.push(row.get(index)?);
        }
        let mut numbers = Vec::with_capacity(6);
        for index in [10, 19, 20, 21, 22, 23] {
            numbers.push(row.get(index)?);
        }
        Ok((texts, numbers))
    })
    .unwrap()
}
