//! `castellan camera`: where cameras are, said on the command line and sealed.

use crate::cameras::{Book, CameraAddress, Picture, try_once};
use crate::config::{AddCameraArgs, CameraArgs, CameraVerb, key_or_default};
use anyhow::{Context as _, bail, ensure};
use castellan_domain::ids::DeviceId;
use castellan_domain::wire::camera::FeedFault;
use std::fs;
use std::io::{self, BufRead as _};
use std::path::Path;
use std::process::ExitCode;
use url::Url;

/// Bytes of a file of cameras.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// The first line of a file of cameras.
const COLUMNS: [&str; 5] = ["camera", "main", "sub", "user", "password"];

/// Does what was asked for.
pub(crate) async fn run(args: CameraArgs) -> anyhow::Result<ExitCode> {
    fs::create_dir_all(&args.data)
        .with_context(|| format!("making the folder {}", args.data.display()))?;
    let key = key_or_default(args.key_file.as_deref(), &args.data);
    let book = Book::open(&args.data, &key).await?;
    match args.verb {
        CameraVerb::Add(args) => add(&book, &args).await,
        CameraVerb::Test { camera } => test(book, &camera).await,
        CameraVerb::List => list(&book).await,
        CameraVerb::Remove { camera } => remove(&book, &camera).await,
    }
}

async fn add(book: &Book, args: &AddCameraArgs) -> anyhow::Result<ExitCode> {
    let cameras = match (&args.csv, &args.camera, &args.main) {
        (Some(path), ..) => read_file(path)?,
        (None, Some(camera), Some(main)) => vec![(camera.clone(), one(args, main)?)],
        (None, ..) => bail!("name a camera and its address, or a file of cameras"),
    };
    // All are checked before the first is kept.
    for (camera, address) in &cameras {
        address.check().with_context(|| format!("camera {camera}"))?;
    }
    for (camera, address) in &cameras {
        book.put(camera, address).await?;
    }
    println!("{} cameras have an address now.", cameras.len());
    Ok(ExitCode::SUCCESS)
}

fn one(args: &AddCameraArgs, main: &Url) -> anyhow::Result<CameraAddress> {
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
    Ok(CameraAddress {
        main: main.clone(),
        sub: args.sub.clone(),
        user: args.user.clone(),
        password: password.trim_end_matches(['\r', '\n']).to_owned(),
    })
}

/// Reads a file of cameras. A fault names its line.
fn read_file(path: &Path) -> anyhow::Result<Vec<(DeviceId, CameraAddress)>> {
    let named = || format!("the file of cameras {}", path.display());
    let length = fs::metadata(path).with_context(named)?.len();
    ensure!(length <= FILE_BYTES_MAX, "{} has more than {FILE_BYTES_MAX} bytes", named());
    let text = fs::read_to_string(path).with_context(named)?;
    parse(&text).with_context(named)
}

fn parse(text: &str) -> anyhow::Result<Vec<(DeviceId, CameraAddress)>> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let columns: Vec<_> = reader.headers()?.iter().map(str::to_owned).collect();
    ensure!(columns == COLUMNS, "its first line is {}", COLUMNS.join(","));
    let mut cameras = Vec::new();
    for (at, row) in reader.records().enumerate() {
        let line = format!("line {}", at + 2);
        let row = row.with_context(|| line.clone())?;
        let field = |at: usize| row.get(at).unwrap_or_default();
        let read = || -> anyhow::Result<_> {
            let sub = (!field(2).is_empty()).then(|| field(2).parse()).transpose()?;
            let address = CameraAddress {
                main: field(1).parse()?,
                sub,
                user: field(3).to_owned(),
                password: field(4).to_owned(),
            };
            Ok((field(0).parse()?, address))
        };
        cameras.push(read().with_context(|| line.clone())?);
    }
    Ok(cameras)
}

async fn test(book: Book, camera: &DeviceId) -> anyhow::Result<ExitCode> {
    match try_once(book, camera).await {
        Ok(Picture { codec, width, height }) => {
            println!("{camera} shows a picture: {codec}, {width} × {height}.");
            Ok(ExitCode::SUCCESS)
        }
        Err(why) => {
            println!("{camera} shows no picture: {}.", sentence(&why));
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Why there is no picture, and what to do.
fn sentence(why: &FeedFault) -> String {
    let words = match why {
        FeedFault::NoAddress => "nobody has said where it is; use `castellan camera add`",
        FeedFault::Sealed => "its address cannot be opened; bring the right key file back",
        FeedFault::Unreachable => "nothing answers at its address; look at its cable, its power and the address",
        FeedFault::NoAnswer => "what is there did not answer within 5 s; try again, or restart it",
        FeedFault::NotACamera => "what answers is no camera; look at the port",
        FeedFault::Denied { offered } if offered.is_empty() => "it denies this user and password",
        FeedFault::Denied { offered } => {
            return format!("it denies this user and password; it offers {}", offered.join(", "));
        }
        FeedFault::NoSuchStream => "it has no such stream; look at the path of the address",
        FeedFault::TooManyViewers => "it has as many viewers as it takes; close some, or wait a minute",
        FeedFault::UdpOnly => "it sends over UDP only; switch it to TCP",
        FeedFault::NoPicture => "it sends no picture in H.264 or H.265; choose one of them in its settings",
        FeedFault::Silent => "it was silent",
        FeedFault::HungUp => "it hung up",
        FeedFault::Unreadable => "what it sends cannot be read",
    };
    words.to_owned()
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
        let text = "\u{feff}camera,main,sub,user,password\r\ngate, rtsp://10.0.0.1/a ,rtsp://10.0.0.1/b,u,\"p,w\"\nyard,rtsp://10.0.0.2/,,,\n";
        let cameras = parse(text).unwrap();
        assert_eq!(cameras.len(), 2);
        assert_eq!(cameras[0].1.password, "p,w");
        assert_eq!(cameras[1].1.sub, None);
        for (text, fault) in [
            ("camera,main\n", "its first line is camera,main,sub,user,password"),
            ("camera,main,sub,user,password\ngate,10.0.0.1,,,\n", "line 2"),
            ("camera,main,sub,user,password\ngate,rtsp://h/,,\n", "line 2"),
            ("camera,main,sub,user,password\nGate!,rtsp://h/,,,\n", "line 2"),
        ] {
            let error = format!("{:#}", parse(text).unwrap_err());
            assert!(error.contains(fault), "{error}");
        }
    }
}
