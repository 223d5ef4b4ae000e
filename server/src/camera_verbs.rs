//! `castellan camera`: where cameras are, said on the command line and sealed.

use crate::cameras::{Book, CameraAddress, Found, Offer, Picture, Still, find, shown, try_once};
use crate::config::{AddCameraArgs, CameraArgs, CameraVerb, key_or_default};
use anyhow::{Context as _, anyhow, bail, ensure};
use castellan_domain::ids::DeviceId;
use serde::Deserialize;
use std::fs;
use std::io::{self, BufRead as _};
use std::path::Path;
use std::process::ExitCode;
use url::Url;

/// Bytes of a file of cameras.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// What its first line may name.
const COLUMNS: [&str; 6] = ["camera", "main", "sub", "still", "user", "password"];

/// Does what was asked for.
pub(crate) async fn run(args: CameraArgs) -> anyhow::Result<ExitCode> {
    fs::create_dir_all(&args.data)
        .with_context(|| format!("making the folder {}", args.data.display()))?;
    let key = key_or_default(args.key_file.as_deref(), &args.data);
    let book = Book::open(&args.data, &key).await?;
    match args.verb {
        CameraVerb::Add(args) => add(&book, *args).await,
        CameraVerb::Import { file } => import(&book, &file).await,
        CameraVerb::Test { camera, picture } => test(book, &camera, picture.as_deref()).await,
        CameraVerb::List => list(&book).await,
        CameraVerb::Remove { camera } => remove(&book, &camera).await,
    }
}

async fn add(book: &Book, args: AddCameraArgs) -> anyhow::Result<ExitCode> {
    let password = match &args.password_file {
        Some(path) => fs::read_to_string(path)
            .with_context(|| format!("the password file {} cannot be read", path.display()))?,
        None if args.user.is_empty() => String::new(),
        None => {
            eprintln!("Password of {}:", args.user);
            let mut line = String::new();
            io::stdin().lock().read_line(&mut line)?;
            line
        }
    };
    let password = password.trim_end_matches(['\r', '\n']).to_owned();
    let found = match &args.onvif {
        Some(asked) => Some(find(asked, &args.user, &password).await?),
        None => None,
    };
    let (main, sub, still) = match (&found, args.main) {
        (Some(found), _) => (
            found.main.1.clone(),
            found.sub.as_ref().map(|(_, url)| url.clone()),
            found.still.clone(),
        ),
        (None, Some(main)) => (main, args.sub, args.still),
        (None, None) => bail!("there is neither --main nor --onvif"),
    };
    let address = CameraAddress {
        main,
        sub,
        still,
        user: args.user,
        password,
    };
    address.check()?;
    book.put(&args.camera, &address).await?;
    println!("{} has an address now.", args.camera);
    if let Some(found) = found {
        for line in told(&found, &address.password) {
            println!("{line}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What a camera said of itself, without its password.
fn told(found: &Found, password: &str) -> Vec<String> {
    let shown = |url: &Url| shown(url, password);
    let line = |name: &str, (offer, url): &(Offer, Url)| {
        let (width, height) = (offer.width, offer.height);
        format!(
            "{name}: {}, {width} × {height}, {}",
            offer.codec,
            shown(url)
        )
    };
    let none = |name: &str| format!("{name}: none");
    let sub = found.sub.as_ref();
    let still = found.still.as_ref();
    let larger = found.larger.as_ref();
    let larger = larger.map(|larger| line("not taken, as not every browser plays it", larger));
    let lines = [
        line("main", &found.main),
        sub.map_or_else(|| none("sub"), |sub| line("sub", sub)),
        still.map_or_else(|| none("still"), |still| format!("still: {}", shown(still))),
    ];
    lines.into_iter().chain(larger).collect()
}

async fn import(book: &Book, path: &Path) -> anyhow::Result<ExitCode> {
    let named = || format!("the file of cameras {}", path.display());
    let length = fs::metadata(path).with_context(named)?.len();
    ensure!(
        length <= FILE_BYTES_MAX,
        "{} has more than {FILE_BYTES_MAX} bytes",
        named()
    );
    let text = fs::read_to_string(path).with_context(named)?;
    // All are read before the first is kept.
    let cameras = parse(&text).with_context(named)?;
    for (camera, address) in &cameras {
        book.put(camera, address).await?;
    }
    println!("{} cameras have an address now.", cameras.len());
    Ok(ExitCode::SUCCESS)
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
        };
        address.check().with_context(|| format!("line {at}"))?;
        cameras.push((line.camera, address));
    }
    Ok(cameras)
}

async fn test(book: Book, camera: &DeviceId, file: Option<&Path>) -> anyhow::Result<ExitCode> {
    match try_once(book, camera, file.is_some()).await {
        Ok((picture, still)) => {
            let Picture {
                codec,
                width,
                height,
            } = picture;
            println!("{camera} shows a picture: {codec}, {width} × {height}.");
            let Some(path) = file else {
                return Ok(ExitCode::SUCCESS);
            };
            let Some(Still { jpeg, .. }) = still else {
                println!(
                    "No still was to be had of it: without an address of stills only H.264 gives one."
                );
                return Ok(ExitCode::FAILURE);
            };
            fs::write(path, jpeg).with_context(|| format!("writing {}", path.display()))?;
            println!("{} shows what it sees.", path.display());
            Ok(ExitCode::SUCCESS)
        }
        Err(why) => {
            println!("{camera} shows no picture: {why}.");
            Ok(ExitCode::FAILURE)
        }
    }
}

async fn list(book: &Book) -> anyhow::Result<ExitCode> {
    for camera in book.cameras().await? {
        println!("{camera}");
    }
    Ok(ExitCode::SUCCESS)
}

async fn remove(book: &Book, camera: &DeviceId) -> anyhow::Result<ExitCode> {
    ensure!(book.remove(camera).await?, "{camera} has no address");
    println!("{camera} has no address any more.");
    Ok(ExitCode::SUCCESS)
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
