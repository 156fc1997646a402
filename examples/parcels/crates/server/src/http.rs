//! JSON for people.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use jiff::Timestamp;
use parcels_tracking::{Error, History, NewParcel, Parcel, Scan, Status, TrackingNumber};
use serde::{Deserialize, Serialize};

use crate::desk::Desk;

pub(crate) fn routes(desk: Desk) -> Router {
    Router::new()
        .route("/health", get(|| async { "ok\n" }))
        .route("/parcels", get(list).post(announce))
        .route("/parcels/{number}", get(track))
        .route("/parcels/{number}/scans", post(scan))
        .with_state(desk)
}

async fn list(State(desk): State<Desk>) -> Result<Json<Vec<Parcel>>, Refusal> {
    Ok(Json(desk.ask(|ledger| ledger.parcels()).await?))
}

async fn announce(
    State(desk): State<Desk>,
    Json(details): Json<NewParcel>,
) -> Result<(StatusCode, Json<Parcel>), Refusal> {
    let number = TrackingNumber::fresh();
    let parcel = desk
        .ask(move |ledger| ledger.announce(number, details, Timestamp::now()))
        .await?;
    tracing::info!(%number, "announced");
    Ok((StatusCode::CREATED, Json(parcel)))
}

async fn track(
    State(desk): State<Desk>,
    Path(number): Path<TrackingNumber>,
) -> Result<Json<History>, Refusal> {
    Ok(Json(desk.ask(move |ledger| ledger.history(number)).await?))
}

#[derive(Deserialize)]
struct Sighting {
    status: Status,
    place: String,
}

async fn scan(
    State(desk): State<Desk>,
    Path(number): Path<TrackingNumber>,
    Json(Sighting { status, place }): Json<Sighting>,
) -> Result<Json<History>, Refusal> {
    let scan = Scan {
        at: Timestamp::now(),
        status,
        place,
    };
    let history = desk
        .ask(move |ledger| {
            ledger.record(number, &scan)?;
            ledger.history(number)
        })
        .await?;
    tracing::info!(%number, %status, "scanned");
    Ok(Json(history))
}

/// What the ledger refused, as an answer.
struct Refusal(Error);

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

#[derive(Serialize)]
struct Complaint {
    error: String,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = match &self.0 {
            Error::UnknownParcel(_) => StatusCode::NOT_FOUND,
            Error::ImpossibleStatus { .. } => StatusCode::CONFLICT,
            Error::Database(cause) => {
                tracing::error!(%cause, "the ledger failed");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        let error = self.0.to_string();
        (status, Json(Complaint { error })).into_response()
    }
}
