use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    Error, History, NewParcel, Parcel, Result, Scan, Status, TrackingNumber, migrate::migrate,
    stored::Stored,
};

/// The database of parcels and scans.
pub struct Ledger(Connection);

impl Ledger {
    /// Opens the file, creating it where there is none.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened or is not a ledger.
    pub fn open(file: &Path) -> Result<Self> {
        Self::with(Connection::open(file)?)
    }

    /// A ledger that is forgotten when it is dropped.
    ///
    /// # Errors
    ///
    /// If `SQLite` runs out of memory.
    pub fn in_memory() -> Result<Self> {
        Self::with(Connection::open_in_memory()?)
    }

    fn with(mut connection: Connection) -> Result<Self> {
        connection.pragma_update(None, "foreign_keys", true)?;
        migrate(&mut connection)?;
        Ok(Self(connection))
    }

    /// Announces a parcel under a number that the caller chose.
    ///
    /// # Errors
    ///
    /// If the number is taken, or the database cannot be written.
    pub fn announce(
        &mut self,
        number: TrackingNumber,
        details: NewParcel,
        at: Timestamp,
    ) -> Result<Parcel> {
        let transaction = self.0.transaction()?;
        transaction.execute(
            "insert into parcels (number, sender, recipient, destination) values (?1, ?2, ?3, ?4)",
            params![
                number.to_string(),
                details.sender,
                details.recipient,
                details.destination
            ],
        )?;
        insert_scan(
            &transaction,
            number,
            &Scan {
                at,
                status: Status::Announced,
                place: "online".to_owned(),
            },
        )?;
        transaction.commit()?;
        Ok(Parcel { number, details })
    }

    /// Adds a scan to a parcel and says how many it has now.
    ///
    /// # Errors
    ///
    /// If there is no such parcel, or it cannot have that status after the one it has.
    pub fn record(&mut self, number: TrackingNumber, scan: &Scan) -> Result<usize> {
        let transaction = self.0.transaction()?;
        let scans = scans_of(&transaction, number)?;
        let from = scans.last().ok_or(Error::UnknownParcel(number))?.status;
        if !from.may_become(scan.status) {
            return Err(Error::ImpossibleStatus {
                from,
                to: scan.status,
            });
        }
        insert_scan(&transaction, number, scan)?;
        transaction.commit()?;
        Ok(scans.len() + 1)
    }

    /// A parcel and where it has been.
    ///
    /// # Errors
    ///
    /// If there is no such parcel.
    pub fn history(&self, number: TrackingNumber) -> Result<History> {
        let parcel = self
            .0
            .query_row(
                "select number, sender, recipient, destination from parcels where number = ?1",
                [number.to_string()],
                parcel_of,
            )
            .optional()?
            .ok_or(Error::UnknownParcel(number))?;
        let scans = scans_of(&self.0, number)?;
        Ok(History { parcel, scans })
    }

    /// All parcels, in the order in which they got their numbers.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn parcels(&self) -> Result<Vec<Parcel>> {
        let mut statement = self.0.prepare_cached(
            "select number, sender, recipient, destination from parcels order by number",
        )?;
        let parcels = statement.query_map([], parcel_of)?;
        Ok(parcels.collect::<rusqlite::Result<_>>()?)
    }
}

fn insert_scan(
    connection: &Connection,
    number: TrackingNumber,
    scan: &Scan,
) -> rusqlite::Result<usize> {
    connection.execute(
        "insert into scans (number, at, status, place) values (?1, ?2, ?3, ?4)",
        params![
            number.to_string(),
            scan.at.to_string(),
            scan.status.as_str(),
            scan.place
        ],
    )
}

fn scans_of(connection: &Connection, number: TrackingNumber) -> rusqlite::Result<Vec<Scan>> {
    connection
        .prepare_cached("select at, status, place from scans where number = ?1 order by id")?
        .query_map([number.to_string()], |row| {
            Ok(Scan {
                at: row.get::<_, Stored<_>>(0)?.0,
                status: row.get::<_, Stored<_>>(1)?.0,
                place: row.get(2)?,
            })
        })?
        .collect()
}

fn parcel_of(row: &Row<'_>) -> rusqlite::Result<Parcel> {
    Ok(Parcel {
        number: row.get::<_, Stored<_>>(0)?.0,
        details: NewParcel {
            sender: row.get(1)?,
            recipient: row.get(2)?,
            destination: row.get(3)?,
        },
    })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::Ledger;
    use crate::{Error, NewParcel, Scan, Status, TrackingNumber};

    fn kettle() -> NewParcel {
        NewParcel {
            sender: "Ada".to_owned(),
            recipient: "Grace".to_owned(),
            destination: "Arlington".to_owned(),
        }
    }

    fn scan(minute: i64, status: Status) -> Scan {
        Scan {
            at: Timestamp::from_second(minute * 60).unwrap(),
            status,
            place: "hub".to_owned(),
        }
    }

    #[test]
    fn a_parcel_remembers_its_way() {
        let mut ledger = Ledger::in_memory().unwrap();
        let number = TrackingNumber::fresh();
        ledger
            .announce(number, kettle(), Timestamp::UNIX_EPOCH)
            .unwrap();
        let way = [
            Status::Collected,
            Status::InTransit,
            Status::OutForDelivery,
            Status::Delivered,
        ];
        for (minute, status) in (1..).zip(way) {
            ledger.record(number, &scan(minute, status)).unwrap();
        }

        let history = ledger.history(number).unwrap();

        assert_eq!(history.status(), Status::Delivered);
        assert_eq!(history.scans.len(), 5);
        assert_eq!(history.scans[2], scan(2, Status::InTransit));
    }

    #[test]
    fn a_parcel_cannot_be_delivered_before_it_was_collected() {
        let mut ledger = Ledger::in_memory().unwrap();
        let number = TrackingNumber::fresh();
        ledger
            .announce(number, kettle(), Timestamp::UNIX_EPOCH)
            .unwrap();

        let refused = ledger.record(number, &scan(1, Status::Delivered));

        assert!(matches!(
            refused,
            Err(Error::ImpossibleStatus {
                from: Status::Announced,
                to: Status::Delivered
            })
        ));
        assert_eq!(ledger.history(number).unwrap().scans.len(), 1);
    }

    #[test]
    fn a_number_that_nobody_announced_is_unknown() {
        let ledger = Ledger::in_memory().unwrap();
        let unknown = ledger.history(TrackingNumber::fresh());
        assert!(matches!(unknown, Err(Error::UnknownParcel(_))));
    }
}
