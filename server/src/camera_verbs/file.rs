//! A file of cameras: CSV in UTF-8.

use crate::cameras::CameraAddress;
use anyhow::{Context as _, anyhow, bail, ensure};
use castellan_domain::ids::DeviceId;
use serde::Deserialize;
use std::fs;
use std::path::Path;
use url::Url;

/// Bytes of a file of cameras.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// What its first line may name.
const COLUMNS: [&str; 6] = ["camera", "main", "sub", "still", "user", "password"];

/// Reads a file whole, or names its first fault.
pub(super) fn read(path: &Path) -> anyhow::Result<Vec<(DeviceId, CameraAddress)>> {
    let named = || format!("the file of cameras {}", path.display());
    let length = fs::metadata(path).with_context(named)?.len();
    ensure!(
        length <= FILE_BYTES_MAX,
        "{} has more than {FILE_BYTES_MAX} bytes",
        named()
    );
    let text = fs::read_to_string(path).with_context(named)?;
    parse(&text).with_context(named)
}

/// A line of a file of cameras.
#[derive(Deserialize)]
struct Line {
    camera: DeviceId,
    main: Url,
    #[serde(default)]
    sub: Option<Url>,
    #[serde(default)]
    still: Option<Url>,
    #[serde(default)]
    user: String,
    #[serde(default)]
    password: String,
}

/// Reads a file of cameras. A fault names its line, and nothing of what stands in it.
fn parse(text: &str) -> anyhow::Result<Vec<(DeviceId, CameraAddress)>> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let headers = reader.headers()?.clone();
    let strange = headers.iter().find(|name| !COLUMNS.contains(name));
    if let Some(strange) = strange {
        bail!(
            "its first line names a column {strange}; there are {}",
            COLUMNS.join(",")
        );
    }
    let mut cameras = Vec::new();
    for row in reader.records() {
        let row = row?;
        let at = row.position().map_or(0, csv::Position::line);
        // What the library says of a fault quotes the field, which may be a password in the wrong column.
        let line: Line = row.deserialize(Some(&headers)).map_err(|_quotes| {
            anyhow!("line {at}: it needs a camera's id and an address rtsp://…, each in its column")
        })?;
        let address = CameraAddress {
            main: line.main,
            sub: line.sub,
            still: line.still,
            user: line.user,
            password: line.password,
            turning: None,
        };
        address.check().with_context(|| format!("line {at}"))?;
        cameras.push((line.camera, address));
    }
    Ok(cameras)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_cameras_is_read_whole_or_names_its_fault() {
        let text = "\u{feff}camera,main,sub,still,user,password\r\n\
            gate, rtsp://10.0.0.1/a ,rtsp://10.0.0.1/b,http://10.0.0.1/s,u,\"p,w\"\nyard,rtsp://10.0.0.2/,,,,\n";
        let cameras = parse(text).unwrap();
        assert_eq!(cameras.len(), 2);
        assert_eq!(cameras[0].1.password, "p,w");
        assert!(cameras[0].1.still.is_some());
        assert_eq!(cameras[1].1.sub, None);
        assert_eq!(parse("main,camera\nrtsp://h/,gate\n").unwrap().len(), 1);
        for (text, fault) in [
            ("camera,main,colour\ngate,rtsp://h/,red\n", "colour"),
            ("camera,main\ngate,10.0.0.1\n", "line 2"),
            (
                "camera,main\n\ngate,rtsp://h/\nyard,rtsp://h/,\n",
                "line: 4",
            ),
            ("camera,main\nGate!,rtsp://h/\n", "line 2"),
            ("camera,main\ngate,secret\n", "line 2"),
            ("camera,main\ngate,http://h/\n", "line 2"),
            ("camera,main\ngate,rtsp://u:secret@h/\n", "line 2"),
        ] {
            let error = format!("{:#}", parse(text).unwrap_err());
            assert!(error.contains(fault), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
