use std::sync::{Arc, Mutex, PoisonError};

use parcels_tracking::{Ledger, Result};

/// The one place where requests queue for the ledger.
#[derive(Clone)]
pub struct Desk(Arc<Mutex<Ledger>>);

impl Desk {
    pub fn new(ledger: Ledger) -> Self {
        Self(Arc::new(Mutex::new(ledger)))
    }

    /// Runs `work` on a thread that may block, since `SQLite` waits for the disk.
    pub async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Ledger) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let ledger = Arc::clone(&self.0);
        // A transaction that panics is rolled back, so a poisoned lock still guards a whole ledger.
        let answer = tokio::task::spawn_blocking(move || {
            work(&mut ledger.lock().unwrap_or_else(PoisonError::into_inner))
        });
        match answer.await {
            Ok(answer) => answer,
            Err(failure) => std::panic::resume_unwind(failure.into_panic()),
        }
    }
}
