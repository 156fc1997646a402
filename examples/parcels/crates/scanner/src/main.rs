//! Writes a report as a scanner sends it, in hexadecimal: `scanner NUMBER STATUS PLACE`.

use std::fmt::Write;
use std::process::ExitCode;

use parcels_proto::v1::{ReportRequest, Status};
use prost::Message;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [number, status, place] = words.as_slice() else {
        eprintln!("usage: scanner NUMBER STATUS PLACE");
        return ExitCode::from(2);
    };
    let Some(status) = Status::from_str_name(&format!("STATUS_{}", status.to_uppercase())) else {
        eprintln!("no such status: `{status}`");
        return ExitCode::from(2);
    };
    println!("{}", encode(number, status, place));
    ExitCode::SUCCESS
}

fn encode(number: &str, status: Status, place: &str) -> String {
    let report = ReportRequest {
        number: number.to_owned(),
        status: status.into(),
        place: place.to_owned(),
    };
    let bytes = report.encode_to_vec();
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_what_the_service_reads() {
        let sent = encode("7", Status::Delivered, "Lyon");
        assert_eq!(sent, "0a013710041a044c796f6e");
    }
}
