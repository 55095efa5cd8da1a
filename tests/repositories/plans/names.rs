use super::*;
use crate::names::{INDEX, indexable};

/// Two names that are unlike those of all others, among the oldest clients of a tenant.
const RARE: &str = "UPDATE oauth_clients SET name_folded = 'unlike the others' \
    WHERE client_id IN ('app-23', 'app-31')";

/// However often a common text was searched for before, and the other way round.
#[tokio::test(flavor = "multi_thread")]
async fn of_searches_by_name() {
    let (indexed, database) = indexable().await;
    database.execute(&[INDEX]).await;
    drop(indexed);
    let numbers = "CREATE TABLE numbers AS SELECT n FROM generate_series(1, 20000) AS n";
    database
        .execute(&[numbers, CLIENTS, RARE, "VACUUM ANALYZE oauth_clients"])
        .await;
    let plans = Arc::new(Mutex::new(Vec::new()));
    let pool = explaining_pool(database.url(), plans.clone()).await;
    let repository = PostgresRepository::from_bb8(pool);
    let tenant = TenantId::parse("tenant_3").unwrap();
    let pages = [
        after(None),
        after(Some("01ARZ3NDEKTSV4RRFF00009999")),
        Page::Number {
            number: 1,
            size: 20,
        },
        Page::Number {
            number: 9,
            size: 20,
        },
    ];
    for _ in 0..4 {
        for (text, is_rare) in [("application", false), ("UNLIKE", true), ("a", false)] {
            for _ in 0..8 {
                for status in [None, Some(ClientStatus::Active)] {
                    let mut filter = ClientFilter::new().with_name(text);
                    filter.status = status;
                    for page in pages {
                        repository.list(&tenant, &filter, page).await.unwrap();
                    }
                }
            }
            let mut found = mem::take(&mut *plans.lock().unwrap());
            found.retain(|plan| plan.contains("name_folded"));
            assert!(found.len() >= 64, "{}", found.len());
            for plan in found {
                let uses = plan.contains("Bitmap Index Scan on oauth_clients_by_name");
                assert_eq!(uses, is_rare, "{plan}");
                assert!(!is_rare || !plan.contains("oauth_clients_live"), "{plan}");
            }
        }
    }
}
