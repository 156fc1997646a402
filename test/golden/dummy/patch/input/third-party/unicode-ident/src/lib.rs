mod start;
pub use start::is_xid_start;

pub fn is_xid_continue(character: char) -> bool {
    character.is_alphanumeric() || ranges::is_joiner(character)
}
