//! `castellan wall`: what makes a machine a wall. It is printed and never installed: whoever runs the machine reads it
//! first.

use crate::config::{WallArgs, WallLanguage, WallMode};
use anyhow::ensure;
use std::process::ExitCode;
use url::{Host, Url};

/// Letters of a user's name, as Debian takes them.
const USER_CHARS_MAX: usize = 32;

/// Each with what it keeps off the picture.
const BROWSER_WORDS: [&str; 11] = [
    "--kiosk",
    // 'Restore pages?' after a power cut.
    "--hide-crash-restore-bubble",
    "--disable-session-crashed-bubble",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-infobars",
    "--disable-features=Translate,InfiniteSessionRestore",
    // Sound without anybody who touches it.
    "--autoplay-policy=no-user-gesture-required",
    "--disable-pinch",
    "--overscroll-history-navigation=0",
    // No bubble asks for an update, and no keyring for a password.
    "--password-store=basic",
];

pub(crate) fn run(args: &WallArgs) -> anyhow::Result<ExitCode> {
    print!("{}", unit(args)?);
    Ok(ExitCode::SUCCESS)
}

fn unit(args: &WallArgs) -> anyhow::Result<String> {
    let user = &args.user;
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c);
    ensure!(
        !user.is_empty() && user.len() <= USER_CHARS_MAX && user.chars().all(is_plain),
        "--user takes 1 to {USER_CHARS_MAX} of a-z, 0-9, _ and -"
    );
    let address = address(args)?;
    let mut words = BROWSER_WORDS.to_vec();
    // Without TLS a browser keeps the page that waits for the server to its own machine alone.
    let trusted = needs_trust(&args.server).then(|| {
        let origin = args.server.origin().ascii_serialization();
        format!("--unsafely-treat-insecure-origin-as-secure={origin}")
    });
    words.extend(trusted.as_deref());
    let words = words.join(" \\\n  ");
    // systemd reads % in a unit as the beginning of a word of its own.
    let address = address.as_str().replace('%', "%%");
    Ok(format!(
        "# A wall on Debian 12 or newer: chromium in cage, which is a screen with one window. As root:
#   apt install cage chromium fonts-noto-cjk
#   adduser --disabled-password --gecos '' {user}
#   adduser {user} video; adduser {user} audio; adduser {user} render
#   castellan wall --print-unit > /etc/systemd/system/castellan-wall.service
#   systemctl daemon-reload; systemctl set-default graphical.target; systemctl enable --now castellan-wall
# Open it once while the server runs: from then on the browser keeps the page that waits for the server.
[Unit]
Description=Castellan wall
After=systemd-user-sessions.service plymouth-quit-wait.service
Conflicts=getty@tty1.service

[Service]
User={user}
PAMName=login
TTYPath=/dev/tty1
TTYReset=yes
TTYVHangup=yes
StandardInput=tty-fail
UtmpIdentifier=tty1
UtmpMode=user
# cage blanks no screen; the console below it would.
ExecStartPre=+/bin/sh -c 'setterm --blank 0 --powerdown 0 --term linux > /dev/tty1'
ExecStart=/usr/bin/cage -d -- /usr/bin/chromium \\
  {words} \\
  \"{address}\"
# A browser that dies comes back, however often.
Restart=always
RestartSec=2

[Install]
WantedBy=graphical.target
"
    ))
}

fn address(args: &WallArgs) -> anyhow::Result<Url> {
    let is_web = matches!(args.server.scheme(), "http" | "https");
    ensure!(
        is_web && args.server.host().is_some(),
        "--server takes an address such as https://10.0.0.5"
    );
    let mut address = args.server.clone();
    address.set_path("/wall");
    let mode = match args.mode {
        WallMode::Duty => "duty",
        WallMode::Visitors => "visitors",
    };
    let language = match args.language {
        WallLanguage::Zh => "zh",
        WallLanguage::En => "en",
    };
    address.query_pairs_mut().clear();
    address
        .query_pairs_mut()
        .append_pair("mode", mode)
        .append_pair("lang", language);
    Ok(address)
}

/// Whether a browser thinks that others could read along.
fn needs_trust(server: &Url) -> bool {
    let is_own = match server.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    server.scheme() == "http" && !is_own
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(server: &str, user: &str) -> WallArgs {
        WallArgs {
            print_unit: true,
            server: server.parse().unwrap(),
            mode: WallMode::Duty,
            language: WallLanguage::Zh,
            user: user.to_owned(),
        }
    }

    #[test]
    fn the_unit_starts_a_browser_that_asks_nobody_anything() {
        let unit = unit(&asked("http://127.0.0.1:7878", "wall")).unwrap();
        for needed in [
            "--kiosk",
            "--hide-crash-restore-bubble",
            "--no-first-run",
            "Translate",
            "--autoplay-policy=no-user-gesture-required",
            "--disable-pinch",
            "--blank 0",
            "Restart=always",
            "\"http://127.0.0.1:7878/wall?mode=duty&lang=zh\"",
        ] {
            assert!(unit.contains(needed), "{needed} is missing in\n{unit}");
        }
        assert!(!unit.contains("insecure-origin"));
    }

    #[test]
    fn a_server_elsewhere_without_tls_is_trusted_by_name() {
        let trust = |server: &str| {
            unit(&asked(server, "wall"))
                .unwrap()
                .contains("--unsafely-treat-insecure-origin-as-secure=http://10.0.0.5:7878")
        };
        assert!(trust("http://10.0.0.5:7878"));
        assert!(!trust("https://10.0.0.5:7878"));
        for own in ["http://localhost:1", "http://[::1]:1", "http://127.0.0.2:1"] {
            assert!(!needs_trust(&own.parse().unwrap()), "{own}");
        }
    }

    #[test]
    fn what_would_not_stand_in_a_unit_is_refused() {
        for (server, user) in [
            ("ftp://10.0.0.5", "wall"),
            ("http://10.0.0.5", ""),
            ("http://10.0.0.5", "wall\nExecStart=/bin/sh"),
            ("http://10.0.0.5", "Wall"),
        ] {
            assert!(unit(&asked(server, user)).is_err(), "{server} {user}");
        }
    }
}
