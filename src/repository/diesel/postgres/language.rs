//! Whether errors are recognized: by a SQLSTATE in their message, or because it is in English.

use diesel::sql_types::Text;
use diesel::{QueryableByName, sql_query};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

use super::Connection;
use crate::repository::diesel::cause::Cause;
use crate::repository::diesel::error::Result;

#[derive(Debug, QueryableByName)]
struct Language {
    #[diesel(sql_type = Text)]
    locale: String,
}

/// Warns if they are not, since only a superuser can choose the language of messages.
pub(super) async fn warn_of_language(conn: &mut Connection) -> Result<()> {
    let query = sql_query("SELECT current_setting('lc_messages') AS locale");
    let Language { locale } = query.get_result(conn).await?;
    if !is_english(&locale) && !recognizes_errors(conn).await {
        warn(&locale);
    }
    Ok(())
}

/// Tries it with a table that does not exist. The name is for readers of the server's log.
async fn recognizes_errors(conn: &mut Connection) -> bool {
    let missing = "TABLE oauth_clients_are_errors_recognized";
    let outcome = conn.batch_execute(missing).await;
    outcome.is_err_and(|error| Cause::of(&error) == Cause::Unmigrated)
}

fn is_english(locale: &str) -> bool {
    // The empty one is that of the server's process.
    ["", "C", "POSIX", "en", "English"].contains(&language(locale))
}

/// A locale without its country and character set.
fn language(locale: &str) -> &str {
    let end = locale.find(['_', '.', '@', '-']);
    end.and_then(|end| locale.get(..end)).unwrap_or(locale)
}

#[cfg(feature = "tracing")]
fn warn(locale: &str) {
    tracing::warn!(
        lc_messages = locale,
        "PostgreSQL's messages are not in English, so that deadlocks and timeouts are not \
         recognized: ALTER ROLE … SET lc_messages TO 'C' for the user that connects"
    );
}

#[cfg(not(feature = "tracing"))]
fn warn(_locale: &str) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_is_known_by_its_locales() {
        for locale in [
            "",
            "C",
            "C.UTF-8",
            "POSIX",
            "en_US.utf8",
            "en_GB",
            "English_United States.1252",
        ] {
            assert!(is_english(locale), "{locale}");
        }
        for locale in ["de_DE.UTF-8", "zh_CN", "Cs", "German_Germany.1252"] {
            assert!(!is_english(locale), "{locale}");
        }
    }
}
