//! The parcel-tracking service: JSON for people and gRPC for carriers, on one port.

pub mod carrier;
pub mod demo;
mod desk;
pub mod http;
pub mod report;

use axum::Router;
use parcels_tracking::Ledger;
use tonic::service::Routes;

use crate::{carrier::CarrierService, desk::Desk};

/// The whole service over a ledger: what `parcels serve` listens with, and what tests call directly.
pub fn router(ledger: Ledger) -> Router {
    let desk = Desk::new(ledger);
    let carriers = Routes::new(CarrierService::new(desk.clone()).into_server());
    http::routes(desk).merge(carriers.into_axum_router())
}
