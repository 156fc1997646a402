pub fn is_joiner(character: char) -> bool {
    character == '_'
}
