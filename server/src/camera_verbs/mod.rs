//! `castellan camera`: where cameras are, said on the command line and sealed. What does not show a picture is not kept,
//! unless somebody says so.

mod file;
mod trial;

use crate::cameras::trial::{Tried, try_out};
use crate::cameras::{Book, CameraAddress, Found, Offer, Turning, find, shown};
use crate::config::{AddCameraArgs, CameraArgs, CameraVerb, key_or_default};
use anyhow::{Context as _, bail, ensure};
use axum::body::Bytes;
use castellan_domain::ids::DeviceId;
use futures_util::{StreamExt as _, stream};
use std::fs;
use std::io::{self, BufRead as _};
use std::path::Path;
use std::process::ExitCode;
use url::Url;

/// Cameras of a file that are tried at a time.
const TRIED_AT_A_TIME: usize = 8;
/// What helps whoever knows better.
const WAY_OUT: &str = "with --untested a camera is kept without a try";

/// Does what was asked for.
pub(crate) async fn run(args: CameraArgs) -> anyhow::Result<ExitCode> {
    fs::create_dir_all(&args.data)
        .with_context(|| format!("making the folder {}", args.data.display()))?;
    let key = key_or_default(args.key_file.as_deref(), &args.data);
    let book = Book::open(&args.data, &key).await?;
    match args.verb {
        CameraVerb::Add(args) => add(&book, *args).await,
        CameraVerb::Import { file, untested } => import(&book, &file, untested).await,
        CameraVerb::Test { camera, picture } => test(&book, &camera, picture.as_deref()).await,
        CameraVerb::List => list(&book).await,
        CameraVerb::Remove { camera } => remove(&book, &camera).await,
    }
}

async fn add(book: &Book, args: AddCameraArgs) -> anyhow::Result<ExitCode> {
    let password = password_of(&args)?;
    let mut found = match &args.onvif {
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
    let mut address = CameraAddress {
        main,
        sub,
        still,
        user: args.user,
        password,
        turning: found.as_ref().and_then(|found| found.turning.clone()),
    };
    address.check()?;
    let camera = &args.camera;
    if !args.untested {
        let mut tried = try_out(camera, &address, args.picture.is_some()).await;
        if let (Ok(tried), Some(found)) = (&mut tried, &mut found) {
            leave_out(tried, found, &mut address);
        }
        let tried = match trial::passed(tried) {
            Ok(tried) => tried,
            Err(why) => {
                println!("{camera} {why}. Nothing is kept; {WAY_OUT}.");
                return Ok(ExitCode::FAILURE);
            }
        };
        println!("{camera} shows a picture: {}.", trial::seen(&tried));
        if let Some(path) = &args.picture {
            write_still(path, tried.jpeg)?;
        }
    }
    book.put(camera, &address).await?;
    println!("{camera} has an address now.");
    if let Some(found) = found {
        for line in told(&found, &address.password) {
            println!("{line}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Leaves out what a camera says of itself and what does not work all the same.
fn leave_out(tried: &mut Tried, found: &mut Found, address: &mut CameraAddress) {
    if let Some(Err(why)) = &tried.sub {
        println!("Its smaller picture is left out: {why}.");
        (tried.sub, found.sub, address.sub) = (None, None, None);
    }
    if let Some(why) = tried.no_still.take() {
        println!("Its own stills are left out: {why}.");
        (found.still, address.still) = (None, None);
    }
}

/// The password of who signs in: from its file, or typed.
fn password_of(args: &AddCameraArgs) -> anyhow::Result<String> {
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
    Ok(password.trim_end_matches(['\r', '\n']).to_owned())
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
    let turning = found.turning.as_ref().map(presets);
    let lines = [
        line("main", &found.main),
        sub.map_or_else(|| none("sub"), |sub| line("sub", sub)),
        still.map_or_else(|| none("still"), |still| format!("still: {}", shown(still))),
    ];
    lines.into_iter().chain(larger).chain(turning).collect()
}

/// Where a camera can be turned to.
fn presets(turning: &Turning) -> String {
    let names: Vec<&str> = turning
        .presets
        .iter()
        .map(|each| each.name.as_str())
        .collect();
    let more = match turning.left_out {
        0 => String::new(),
        more => format!(", and {more} more that are not kept"),
    };
    format!("presets: {}{more}", names.join(", "))
}

async fn import(book: &Book, path: &Path, untested: bool) -> anyhow::Result<ExitCode> {
    // All are read before the first is tried.
    let cameras = file::read(path)?;
    if untested {
        for (camera, address) in &cameras {
            book.put(camera, address).await?;
        }
        println!("{} cameras have an address now.", cameras.len());
        return Ok(ExitCode::SUCCESS);
    }
    let all = cameras.len();
    let mut tried = stream::iter(cameras)
        .map(async |(camera, address)| {
            let outcome = trial::passed(try_out(&camera, &address, false).await);
            (camera, address, outcome)
        })
        .buffered(TRIED_AT_A_TIME);
    let mut kept = 0;
    while let Some((camera, address, outcome)) = tried.next().await {
        let line = match outcome {
            Ok(tried) => {
                book.put(&camera, &address).await?;
                kept += 1;
                format!("kept      {}", trial::seen(&tried))
            }
            Err(why) => format!("not kept  it {why}"),
        };
        println!("{:<20}  {line}", camera.as_str());
    }
    println!("{kept} of {all} cameras have an address now.");
    if kept == all {
        return Ok(ExitCode::SUCCESS);
    }
    println!("Of the others nothing is kept; {WAY_OUT}.");
    Ok(ExitCode::FAILURE)
}

async fn test(book: &Book, camera: &DeviceId, file: Option<&Path>) -> anyhow::Result<ExitCode> {
    let tried = match book.find(camera).await {
        Ok(address) => try_out(camera, &address, file.is_some()).await,
        Err(why) => Err(why),
    };
    let tried = match trial::passed(tried) {
        Ok(tried) => tried,
        Err(why) => {
            println!("{camera} {why}.");
            return Ok(ExitCode::FAILURE);
        }
    };
    println!("{camera} shows a picture: {}.", trial::seen(&tried));
    let is_written = match file {
        Some(path) => write_still(path, tried.jpeg)?,
        None => true,
    };
    Ok(if is_written {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Writes a still, and says whether there is one.
fn write_still(path: &Path, jpeg: Option<Bytes>) -> anyhow::Result<bool> {
    let Some(jpeg) = jpeg else {
        println!(
            "No still was to be had of it: without an address of stills only H.264 gives one."
        );
        return Ok(false);
    };
    fs::write(path, jpeg).with_context(|| format!("writing {}", path.display()))?;
    println!("{} shows what it sees.", path.display());
    Ok(true)
}

async fn list(book: &Book) -> anyhow::Result<ExitCode> {
    for camera in book.cameras().await? {
        match book.find(&camera).await {
            Ok(CameraAddress {
                turning: Some(turning),
                ..
            }) => println!("{camera}  {}", presets(&turning)),
            Ok(_) => println!("{camera}"),
            Err(why) => println!("{camera}  {why}"),
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn remove(book: &Book, camera: &DeviceId) -> anyhow::Result<ExitCode> {
    ensure!(book.remove(camera).await?, "{camera} has no address");
    println!("{camera} has no address any more.");
    Ok(ExitCode::SUCCESS)
}
