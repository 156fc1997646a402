use crate::{Status, TrackingNumber};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the ledger refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no parcel has the number {0}")]
    UnknownParcel(TrackingNumber),
    #[error("a parcel that is {from} cannot become {to}")]
    ImpossibleStatus { from: Status, to: Status },
    #[error("the ledger cannot be read or written")]
    Database(#[from] rusqlite::Error),
}
