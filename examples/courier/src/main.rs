fn main() {
    println!("{}", my_private_dep::note(2));
}
