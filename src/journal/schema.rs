//! The form of the database: forward migrations, one file each, applied in one transaction.

use rusqlite::{Connection, TransactionBehavior};

use super::error::JournalError;

/// "EVKL": tells our files from other SQLite files.
pub(super) const APPLICATION_ID: i32 = 0x4556_4b4c;

/// What leads from one version to the next; the n-th makes version n + 1.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
    include_str!("schema/5.sql"),
];

/// Version of a database, 0 for an empty one.
pub(super) fn version(connection: &Connection) -> Result<u32, JournalError> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// Brings a database to the latest version, wholly or not at all.
pub(super) fn migrate(connection: &mut Connection, migrations: &[&str]) -> Result<(), JournalError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been quicker.
    let from = version(&transaction)?;
    for (n, sql) in migrations.iter().enumerate().skip(from as usize) {
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "user_version", n as u32 + 1)?;
    }
    if from == 0 {
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    Ok(transaction.commit()?)
}
