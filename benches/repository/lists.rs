//! Pages of the list of one tenant with many clients.

use std::ops::Range;

use tower_oauth_clients::domain::{ClientId, ClientStatus, Id, Page, TenantId, Timestamp};
use tower_oauth_clients::repository::{ClientFilter, ClientRepository};

use super::Plan;
use super::measure::{Watch, median, percentile};
use super::sql;

/// Not the tenant that the operations use.
pub const TENANT: &str = "megacorp";

const SIZE: u32 = 20;

/// One in this many clients is suspended.
const SUSPENDED: usize = 100;

/// One in this many clients is deleted, and one has a secret that expires.
const RARE: usize = 100;

/// The expressions that differ between databases.
pub struct Dialect {
    /// The number `n` as an id: 26 digits are a ULID.
    id: &'static str,
    /// The number `n`, appended to `app-`.
    client_id: &'static str,
    /// The number `n`, appended to `Application `.
    name: &'static str,
    /// The tenant of the number `n`, of many tenants with 100 clients each.
    pub one_of_many: &'static str,
}

impl Dialect {
    pub const SQLITE: Self = Self {
        id: "printf('%026d', n)",
        client_id: "printf('app-%026d', n)",
        name: "printf('application %d', n)",
        one_of_many: "printf('many-%d', n / 100)",
    };
    pub const POSTGRES: Self = Self {
        id: "lpad(n::text, 26, '0')",
        client_id: "'app-' || lpad(n::text, 26, '0')",
        name: "'application ' || n",
        one_of_many: "'many-' || n / 100",
    };
    pub const MYSQL: Self = Self {
        id: "LPAD(n, 26, '0')",
        client_id: "CONCAT('app-', LPAD(n, 26, '0'))",
        name: "CONCAT('application ', n)",
        one_of_many: "CONCAT('many-', n DIV 100)",
    };
}

/// The most that one statement inserts.
const AT_ONCE: usize = 1_000_000;

/// The parts of a range that one statement each can insert.
pub fn portions(clients: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let portions = clients.start / AT_ONCE..clients.end.div_ceil(AT_ONCE);
    portions.map(move |portion| {
        let [start, end] = [portion, portion + 1].map(|portion| portion * AT_ONCE);
        clients.start.max(start)..clients.end.min(end)
    })
}

/// The statements that insert this range of clients, the oldest first, and their secrets.
pub fn load(clients: Range<usize>, dialect: &Dialect) -> Vec<String> {
    let loads = portions(clients).map(|portion| load_portion(portion, dialect));
    loads.flatten().collect()
}

fn load_portion(clients: Range<usize>, dialect: &Dialect) -> [String; 2] {
    let Dialect { id, client_id, .. } = dialect;
    let numbers = numbers(&clients);
    let tenant = format!("'{TENANT}'");
    let secrets = format!(
        "INSERT INTO oauth_client_secrets (tenant_id, client_id, id, hash, last_four, status,
            created_at, updated_at, expires_at)
        SELECT {tenant}, {client_id}, {id}, '$argon2id$', 'abcd', 'active', 1776000000000000,
            1776000000000000, 1776000000000000 + n
        {numbers} AND n % {RARE} = 3"
    );
    [self::clients(clients, dialect, &tenant, "app-"), secrets]
}

/// The numbers of a range within one portion.
fn numbers(Range { start, end }: &Range<usize>) -> String {
    let digit = "(SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 \
        UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 \
        UNION ALL SELECT 8 UNION ALL SELECT 9)";
    let base = start / AT_ONCE * AT_ONCE;
    format!(
        "FROM (SELECT {base} + a.d * 100000 + b.d * 10000 + c.d * 1000 + d.d * 100 + e.d * 10 + f.d AS n
            FROM {digit} a, {digit} b, {digit} c, {digit} d, {digit} e, {digit} f) numbers
        WHERE n >= {start} AND n < {end}"
    )
}

/// The statement that inserts this range of clients within one portion, the oldest first. The
/// tenant is an expression.
pub fn clients(clients: Range<usize>, dialect: &Dialect, tenant: &str, prefix: &str) -> String {
    let Dialect { id, name, .. } = dialect;
    let client_id = dialect.client_id.replace("app-", prefix);
    let columns = sql::COLUMNS;
    let numbers = numbers(&clients);
    format!(
        r#"INSERT INTO oauth_clients ({columns})
        SELECT {client_id}, {tenant}, {id}, {name}, {name},
            '["https://app.example.com/callback"]', '["openid","profile"]',
            '["authorization_code","refresh_token"]', '["client_secret_basic"]', NULL, 1, NULL,
            NULL, 'https://app.example.com/logo.png', NULL, NULL, 'https://app.example.com/',
            CASE WHEN n % {SUSPENDED} = 0 THEN 'suspended' ELSE 'active' END, 'abcd', 1, 0,
            1776000000000000, 1776000000000000,
            CASE WHEN n % {RARE} = 7 THEN 1776000000000000 ELSE NULL END,
            NULL, '[]', '[]', '[]', '{{}}', 'administrator', NULL
        {numbers} ORDER BY n"#
    )
}

pub fn id(number: usize) -> Id {
    Id::parse(&format!("{number:026}")).unwrap()
}

pub async fn measure(plan: Plan, repository: &impl ClientRepository) {
    let tenant = TenantId::parse(TENANT).unwrap();
    let all = ClientFilter::default();
    let suspended = ClientFilter::new().with_status(ClientStatus::Suspended);
    let named = |name: String| ClientFilter::new().with_name(name);
    let after = |id| Page::After { id, size: SIZE };
    let number = |number| Page::Number { number, size: SIZE };
    let size = SIZE as usize;
    let pages = (plan.listed - plan.listed / RARE) / size;
    let start = 1_776_000_000_000_000;
    let [from, to] = [0, 1_000].map(|more| Timestamp::from_micros(start + more));
    let expiring = ClientFilter::new().with_secret_expires(from..=to);
    let deleted = ClientFilter::new().with_deleted(true);
    let one = ClientId::parse(&format!("app-{:026}", plan.listed / 2)).unwrap();
    let one = ClientFilter::new().with_client_ids([one]);
    let rare = named(format!("application {}", plan.listed / 2));
    // Queries that read the whole list run less often.
    let lists = [
        ("first, by keyset", &all, after(None), plan.pages),
        ("last, by keyset", &all, after(Some(id(size))), plan.pages),
        (
            "suspended, first, by keyset",
            &suspended,
            after(None),
            plan.pages,
        ),
        (
            "named so, first, by keyset",
            &named("APPLICATION".into()),
            after(None),
            plan.pages,
        ),
        ("named so, the only one, by keyset", &rare, after(None), 1),
        (
            "with its client_id, by keyset",
            &one,
            after(None),
            plan.pages,
        ),
        (
            "deleted, first, by keyset",
            &deleted,
            after(None),
            plan.pages,
        ),
        (
            "with an expiring secret, first, by keyset",
            &expiring,
            after(None),
            plan.pages,
        ),
        ("first, by number", &all, number(1), 1),
        ("last, by number", &all, number(pages as u64), 1),
        ("suspended, first, by number", &suspended, number(1), 1),
    ];
    let mut times = vec![Vec::new(); lists.len()];
    for round in 0..plan.list_rounds {
        for (times, (name, filter, page, often)) in times.iter_mut().zip(&lists) {
            if *often == 1 && round >= plan.scans {
                continue;
            }
            for _ in 0..*often {
                let watch = Watch::start();
                let slice = repository.list(&tenant, filter, *page).await;
                assert!(!slice.unwrap().items.is_empty(), "{name}");
                times.push(watch.each(1));
            }
        }
    }
    println!("  pages of {SIZE} in a tenant of {} clients:", plan.listed);
    let first = median(times[0].clone());
    for ((name, ..), times) in lists.iter().zip(times) {
        let slowest = percentile(times.clone(), 99);
        let time = median(times);
        let ratio = time.as_secs_f64() / first.as_secs_f64();
        println!("    {name}: {time:.1?}, {ratio:.2} x the first; p99 {slowest:.1?}");
    }
}
