use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Where a parcel is on its way.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Announced,
    Collected,
    InTransit,
    OutForDelivery,
    Delivered,
    Returned,
}

impl Status {
    pub const ALL: [Self; 6] = [
        Self::Announced,
        Self::Collected,
        Self::InTransit,
        Self::OutForDelivery,
        Self::Delivered,
        Self::Returned,
    ];

    /// Whether a parcel can go from this status to `next` with one scan.
    ///
    /// A parcel may pass any number of hubs, and a failed delivery brings it back to one.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        match self {
            Self::Announced => next == Self::Collected,
            Self::Collected => next == Self::InTransit,
            Self::InTransit => matches!(
                next,
                Self::InTransit | Self::OutForDelivery | Self::Returned
            ),
            Self::OutForDelivery => matches!(next, Self::Delivered | Self::InTransit),
            Self::Delivered | Self::Returned => false,
        }
    }

    /// The one spelling used in the database and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Collected => "collected",
            Self::InTransit => "in transit",
            Self::OutForDelivery => "out for delivery",
            Self::Delivered => "delivered",
            Self::Returned => "returned",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a status")]
pub struct UnknownStatus(String);

impl FromStr for Status {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| UnknownStatus(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::Status;

    #[test]
    fn every_status_reads_back_what_it_writes() {
        for status in Status::ALL {
            assert_eq!(status.to_string().parse::<Status>().unwrap(), status);
        }
    }

    #[test]
    fn the_end_of_the_way_is_the_end() {
        for end in [Status::Delivered, Status::Returned] {
            assert!(!Status::ALL.into_iter().any(|next| end.may_become(next)));
        }
    }

    #[test]
    fn a_failed_delivery_goes_back_to_a_hub() {
        assert!(Status::OutForDelivery.may_become(Status::InTransit));
    }
}
