//! What carriers speak to the service, generated from `proto/parcels/v1/carrier.proto`.

#[allow(clippy::pedantic)]
pub mod v1 {
    tonic::include_proto!("parcels.v1");
}
