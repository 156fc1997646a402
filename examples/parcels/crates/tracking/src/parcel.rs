use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Status;

/// Names a parcel. Numbers sort by the time they were given out.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct TrackingNumber(Uuid);

impl TrackingNumber {
    /// A number that nobody else has.
    #[must_use]
    pub fn fresh() -> Self {
        Self(Uuid::now_v7())
    }
}

impl fmt::Display for TrackingNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for TrackingNumber {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// What a sender says about a parcel.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct NewParcel {
    pub sender: String,
    pub recipient: String,
    pub destination: String,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Parcel {
    pub number: TrackingNumber,
    #[serde(flatten)]
    pub details: NewParcel,
}

/// One sighting of a parcel.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Scan {
    pub at: Timestamp,
    pub status: Status,
    pub place: String,
}

/// A parcel and all its scans, oldest first. There is at least one: the announcement.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct History {
    #[serde(flatten)]
    pub parcel: Parcel,
    pub scans: Vec<Scan>,
}

impl History {
    #[must_use]
    pub fn status(&self) -> Status {
        self.scans
            .last()
            .map_or(Status::Announced, |scan| scan.status)
    }
}
