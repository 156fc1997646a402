//! How the couriers of one company word the note that they leave at a door.

/// What the note says.
#[must_use]
pub fn note(parcels: u32) -> String {
    let mut buffer = itoa::Buffer::new();
    format!("{} parcels are with your neighbour", buffer.format(parcels))
}
