use diesel::QueryResult;
use futures_util::future::join;

/// Runs statements in order and in one round trip, by pipelining them.
macro_rules! together {
    ($conn:expr; $statement:expr $(, $others:expr)* $(,)?) => {{
        let conn: &Connection = $conn;
        together!(@ conn, $statement $(, $others)*).await
    }};
    (@ $conn:ident, $statement:expr) => {
        async {
            let mut conn = $conn;
            diesel_async::RunQueryDsl::execute($statement, &mut conn).await.map(drop)
        }
    };
    (@ $conn:ident, $statement:expr, $($others:expr),+) => {
        $crate::repository::diesel::postgres::together::both(
            together!(@ $conn, $statement),
            together!(@ $conn, $($others),+),
        )
    };
}

pub(super) use together;

/// Waits for both, and returns the first one's error if both fail: the server refuses every later
/// statement in the transaction, and that response may be seen first.
pub(super) async fn both(
    first: impl Future<Output = QueryResult<()>>,
    second: impl Future<Output = QueryResult<()>>,
) -> QueryResult<()> {
    let (first, second) = join(first, second).await;
    first.and(second)
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use diesel::result::Error;
    use tokio::task::yield_now;

    use super::*;

    #[tokio::test]
    async fn the_statement_that_failed_first_tells_why() {
        let failed = async {
            yield_now().await;
            Err(Error::NotFound)
        };
        let refused = || ready(Err(Error::RollbackTransaction));
        let outcome = both(ready(Ok(())), both(failed, both(refused(), refused()))).await;
        assert_eq!(outcome, Err(Error::NotFound));
    }
}
