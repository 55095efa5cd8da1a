/// Runs statements in order and in one round trip, by pipelining them.
macro_rules! together {
    ($conn:expr; $($statement:expr),+ $(,)?) => {{
        let conn: &Connection = $conn;
        futures_util::try_join!(
            $(async {
                let mut conn = conn;
                diesel_async::RunQueryDsl::execute($statement, &mut conn).await
            }),+
        )
    }};
}

pub(super) use together;
