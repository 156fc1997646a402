//! Three parcels and their way, without network, clock or file: every run tells the same story.

use std::fmt::Write;

use anyhow::Result;
use jiff::{Timestamp, ToSpan};
use parcels_tracking::{
    Ledger, NewParcel, Scan,
    Status::{self, Collected, Delivered, InTransit, OutForDelivery, Returned},
    TrackingNumber,
};

use crate::report::Report;

struct Story {
    number: &'static str,
    details: [&'static str; 3],
    /// Hours after the announcement, what happened, and where.
    way: &'static [(i64, Status, &'static str)],
}

const STORIES: [Story; 3] = [
    Story {
        number: "018f0000-0000-7000-8000-00000000ada1",
        details: ["Ada", "Charles", "Dorset Street, London"],
        way: &[
            (3, Collected, "Marylebone"),
            (9, InTransit, "Mount Pleasant"),
            (22, OutForDelivery, "Marylebone"),
            (26, Delivered, "front door"),
        ],
    },
    Story {
        number: "018f0000-0000-7000-8000-000000067ace",
        details: ["Grace", "Howard", "Oxford Street, Cambridge"],
        way: &[
            (5, Collected, "Arlington"),
            (17, InTransit, "Philadelphia hub"),
            (30, InTransit, "Boston hub"),
            (41, OutForDelivery, "Cambridge"),
        ],
    },
    Story {
        number: "018f0000-0000-7000-8000-0000000a1a17",
        details: ["Alan", "nobody", "an address that is not there"],
        way: &[
            (2, Collected, "Bletchley"),
            (8, InTransit, "Milton Keynes hub"),
            (31, Returned, "Bletchley"),
        ],
    },
];

/// What `parcels demo` prints.
///
/// # Errors
///
/// If the ledger in memory fails, which it has no reason to.
pub fn demo() -> Result<String> {
    let mut ledger = Ledger::in_memory()?;
    let start: Timestamp = "2026-03-02T08:00:00Z".parse()?;
    let mut text = String::new();
    for Story {
        number,
        details,
        way,
    } in STORIES
    {
        let number: TrackingNumber = number.parse()?;
        let [sender, recipient, destination] = details.map(str::to_owned);
        let details = NewParcel {
            sender,
            recipient,
            destination,
        };
        ledger.announce(number, details, start)?;
        for &(hours, status, place) in way {
            let at = start + hours.hours();
            let place = place.to_owned();
            ledger.record(number, &Scan { at, status, place })?;
        }
        writeln!(text, "{}", Report(&ledger.history(number)?))?;
    }
    let too_late = ledger.record(
        STORIES[0].number.parse()?,
        &Scan {
            at: start + 50.hours(),
            status: InTransit,
            place: "Calais".to_owned(),
        },
    );
    if let Err(refusal) = too_late {
        writeln!(text, "Calais scans the first one again: {refusal}.")?;
    }
    Ok(text)
}
