//! Where a text contains another one, from 1, byte for byte; 0 if it does not. `LIKE` ignores the
//! case of ASCII letters in SQLite.

use diesel::define_sql_function;
use diesel::sql_types::Text;

#[cfg(any(feature = "diesel-mysql", feature = "diesel-sqlite"))]
define_sql_function!(fn instr(text: Text, part: Text) -> Integer);

#[cfg(feature = "diesel-postgres")]
define_sql_function!(fn strpos(text: Text, part: Text) -> Integer);
