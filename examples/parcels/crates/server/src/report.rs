//! A parcel's history as a person reads it.

use std::fmt;

use parcels_tracking::{History, Status};

/// Prints a history as a short timeline.
pub struct Report<'a>(pub &'a History);

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let History { parcel, scans } = self.0;
        let details = &parcel.details;
        writeln!(f, "{}", parcel.number)?;
        writeln!(
            f,
            "{} to {}, {}",
            details.sender, details.recipient, details.destination
        )?;
        for scan in scans {
            let mark = match scan.status {
                Status::Delivered => '✓',
                Status::Returned => '↩',
                _ => '·',
            };
            writeln!(
                f,
                "  {mark} {}  {:<16}  {}",
                scan.at.strftime("%Y-%m-%d %H:%M"),
                scan.status,
                scan.place
            )?;
        }
        Ok(())
    }
}
