//! The service as people and carriers meet it, called without a socket.

use axum::{Router, body::Body, http::Request, http::StatusCode};
use http_body_util::BodyExt;
use parcels_proto::v1::{ReportRequest, Status, carrier_client::CarrierClient};
use parcels_server::{demo::demo, router};
use parcels_tracking::Ledger;
use serde_json::{Value, json};
use tower::ServiceExt;

async fn call(service: &Router, request: Request<Body>) -> (StatusCode, Value) {
    let response = service.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap())
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

fn post(path: &str, body: &Value) -> Request<Body> {
    Request::post(path)
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap()
}

async fn announce(service: &Router) -> String {
    let kettle = json!({ "sender": "Ada", "recipient": "Grace", "destination": "Arlington" });
    let (status, parcel) = call(service, post("/parcels", &kettle)).await;
    assert_eq!(status, StatusCode::CREATED);
    parcel["number"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn people_announce_and_track() {
    let service = router(Ledger::in_memory().unwrap());
    let number = announce(&service).await;

    let collected = json!({ "status": "collected", "place": "Leeds" });
    let (status, _) = call(
        &service,
        post(&format!("/parcels/{number}/scans"), &collected),
    )
    .await;
    assert_eq!(status, StatusCode::OK);

    let (status, history) = call(&service, get(&format!("/parcels/{number}"))).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(history["recipient"], "Grace");
    assert_eq!(history["scans"][1]["status"], "collected");
    assert_eq!(history["scans"][1]["place"], "Leeds");
}

#[tokio::test]
async fn a_refusal_says_why() {
    let service = router(Ledger::in_memory().unwrap());
    let number = announce(&service).await;

    let delivered = json!({ "status": "delivered", "place": "Leeds" });
    let refused = call(
        &service,
        post(&format!("/parcels/{number}/scans"), &delivered),
    )
    .await;

    assert_eq!(
        refused,
        (
            StatusCode::CONFLICT,
            json!({ "error": "a parcel that is announced cannot become delivered" })
        )
    );
}

#[tokio::test]
async fn carriers_report_over_grpc() {
    let service = router(Ledger::in_memory().unwrap());
    let number = announce(&service).await;
    let mut carrier = CarrierClient::new(service.clone());

    let mut report = ReportRequest {
        number,
        place: "Lyon hub".to_owned(),
        ..ReportRequest::default()
    };
    report.set_status(Status::Collected);
    let reply = carrier.report(report.clone()).await.unwrap().into_inner();
    assert_eq!(reply.scans, 2);

    report.set_status(Status::Delivered);
    let refusal = carrier.report(report).await.unwrap_err();
    assert_eq!(refusal.code(), tonic::Code::FailedPrecondition);
}

#[test]
fn the_demo_ends_with_a_refusal() {
    let story = demo().unwrap();
    assert!(
        story.ends_with("a parcel that is delivered cannot become in transit.\n"),
        "{story}"
    );
}
