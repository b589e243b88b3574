//! Many rows at once, for whoever is told of many: all in one transaction, each once.

use super::{AnyStore, StoreError};
use crate::timeline::{NewOperation, Operation};

impl AnyStore {
    /// Appends rows to `alert_operation_log`, all or none, in this order; says of each whether it is new. A row whose id
    /// stands already changes nothing. Without rows it asks whether rows could be appended now.
    pub async fn append_all(&self, rows: &[NewOperation]) -> Result<Vec<bool>, StoreError> {
        match self {
            Self::Sqlite(store) => store.append_all(rows).await,
            Self::Postgres(store) => store.append_all(rows).await,
            Self::Memory(store) => store.append_all(rows),
        }
    }

    /// The rows with these ids that stand in `alert_operation_log`, in no order.
    pub async fn find(&self, ids: &[String]) -> Result<Vec<Operation>, StoreError> {
        match self {
            Self::Sqlite(store) => store.find(ids).await,
            Self::Postgres(store) => store.find(ids).await,
            Self::Memory(store) => Ok(store.find(ids)),
        }
    }
}

/// Which of these rows are the ones that were new: of two with one id the first.
pub(super) fn which(rows: &[NewOperation], new: impl IntoIterator<Item = String>) -> Vec<bool> {
    let mut new: std::collections::HashSet<String> = new.into_iter().collect();
    rows.iter().map(|row| new.remove(&row.id)).collect()
}
