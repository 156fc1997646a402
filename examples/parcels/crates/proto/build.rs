//! Generates the service from `proto/` with the compiler that `PROTOC` names, or the `protoc` on `PATH`.

use std::{io, path::Path};

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto");
    let service = root.join("parcels/v1/carrier.proto");
    println!("cargo::rerun-if-env-changed=PROTOC");
    tonic_prost_build::configure()
        .build_transport(false)
        .compile_protos(&[service], &[root])
}
