//! gRPC for carriers.

use jiff::Timestamp;
use parcels_proto::v1::{
    self, ReportReply, ReportRequest,
    carrier_server::{Carrier, CarrierServer},
};
use parcels_tracking::{Error, Scan, Status};
use tonic::{Request, Response};

use crate::desk::Desk;

pub(crate) struct CarrierService(Desk);

impl CarrierService {
    pub fn new(desk: Desk) -> Self {
        Self(desk)
    }

    pub fn into_server(self) -> CarrierServer<Self> {
        CarrierServer::new(self)
    }
}

#[tonic::async_trait]
impl Carrier for CarrierService {
    async fn report(
        &self,
        request: Request<ReportRequest>,
    ) -> Result<Response<ReportReply>, tonic::Status> {
        let report = request.into_inner();
        let status = status_of(report.status())?;
        let number = report
            .number
            .parse()
            .map_err(|error| tonic::Status::invalid_argument(format!("`number`: {error}")))?;
        let scan = Scan {
            at: Timestamp::now(),
            status,
            place: report.place,
        };
        let scans = self
            .0
            .ask(move |ledger| ledger.record(number, &scan))
            .await
            .map_err(|error| refusal(&error))?;
        tracing::info!(%number, %status, "reported by a carrier");
        Ok(Response::new(ReportReply {
            scans: u32::try_from(scans).unwrap_or(u32::MAX),
        }))
    }
}

fn status_of(status: v1::Status) -> Result<Status, tonic::Status> {
    match status {
        v1::Status::Unspecified => Err(tonic::Status::invalid_argument("`status` is missing")),
        v1::Status::Collected => Ok(Status::Collected),
        v1::Status::InTransit => Ok(Status::InTransit),
        v1::Status::OutForDelivery => Ok(Status::OutForDelivery),
        v1::Status::Delivered => Ok(Status::Delivered),
        v1::Status::Returned => Ok(Status::Returned),
    }
}

fn refusal(error: &Error) -> tonic::Status {
    let message = error.to_string();
    match error {
        Error::UnknownParcel(_) => tonic::Status::not_found(message),
        Error::ImpossibleStatus { .. } => tonic::Status::failed_precondition(message),
        Error::Database(cause) => {
            tracing::error!(%cause, "the ledger failed");
            tonic::Status::internal(message)
        }
    }
}
