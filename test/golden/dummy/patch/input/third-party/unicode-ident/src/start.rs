pub fn is_xid_start(character: char) -> bool {
    character.is_alphabetic()
}
