//! The verbs with which cameras are measured.

use crate::words::{At, json};
use anyhow::Context as _;
use castellan_bench::load;
use clap::Subcommand;
use std::path::PathBuf;

/// What cameras are measured with.
#[derive(Debug, Subcommand)]
pub(crate) enum CameraLoad {
    /// Show the cameras of an estate, which repeat what they drew once.
    Show {
        #[arg(long)]
        estate: PathBuf,
        #[arg(long)]
        port: u16,
        /// Where their addresses are written.
        #[arg(long)]
        csv: PathBuf,
    },
    /// Watch so many cameras, each so many times.
    View {
        #[command(flatten)]
        at: At,
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100))]
        cameras: u32,
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=200))]
        each: u32,
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=120))]
        seconds: u32,
    },
    /// Wait for a camera's first picture, cold and warm.
    FirstPicture {
        #[command(flatten)]
        at: At,
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=20))]
        times: u32,
    },
    /// Let ffmpeg copy cameras, each so many times.
    Copy {
        #[arg(long)]
        ffmpeg: PathBuf,
        #[arg(long)]
        csv: PathBuf,
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100))]
        cameras: u32,
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=20))]
        each: u32,
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=120))]
        seconds: u32,
    },
    /// Let ffprobe read a camera's first packet.
    Probe {
        #[arg(long)]
        ffprobe: PathBuf,
        #[arg(long)]
        csv: PathBuf,
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=20))]
        times: u32,
    },
}

pub(crate) async fn run(verb: CameraLoad) -> anyhow::Result<String> {
    match verb {
        CameraLoad::Show { estate, port, csv } => {
            load::cameras::show(&estate, port, csv).await?;
            Ok(String::new())
        }
        CameraLoad::View {
            at,
            cameras,
            each,
            seconds,
        } => json(&load::viewers::run(at.target(), cameras, each, seconds).await?),
        CameraLoad::FirstPicture { at, times } => {
            json(&load::viewers::first(at.target(), times).await?)
        }
        CameraLoad::Copy {
            ffmpeg,
            csv,
            cameras,
            each,
            seconds,
        } => {
            let known = load::cameras::addresses(&std::fs::read_to_string(csv)?)?;
            let asked = usize::try_from(cameras * each)?;
            let known = known.into_iter().take(usize::try_from(cameras)?);
            let addresses: Vec<String> = known.cycle().take(asked).collect();
            json(&load::cameras::copy(&ffmpeg, &addresses, seconds).await?)
        }
        CameraLoad::Probe {
            ffprobe,
            csv,
            times,
        } => {
            let known = load::cameras::addresses(&std::fs::read_to_string(csv)?)?;
            let address = known.first().context("there is no camera")?;
            json(&load::cameras::probe(&ffprobe, address, times).await?)
        }
    }
}
