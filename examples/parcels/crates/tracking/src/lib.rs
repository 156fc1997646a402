//! Parcels, the scans that say where they are, and the ledger that keeps both.

mod error;
mod ledger;
mod migrate;
mod parcel;
mod status;
mod stored;

pub use error::{Error, Result};
pub use ledger::Ledger;
pub use parcel::{History, NewParcel, Parcel, Scan, TrackingNumber};
pub use status::Status;
