//! Where a server listens, and why it cannot.

use anyhow::{anyhow, ensure};
use std::io;
use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpSocket};

/// What the kernel holds of a connection's unsent bytes. Left to itself it holds up to 4 MB: a slow
/// display would be shown positions that are minutes old, and no coalescing of ours could help.
const SEND_BUFFER_BYTES: u32 = 128 * 1024;
/// Connections that may wait to be accepted; beyond it the kernel turns them away.
const ACCEPT_QUEUE_MAX: u32 = 1_024;

/// Whether a server may listen there.
pub(crate) fn check(address: SocketAddr) -> anyhow::Result<()> {
    ensure!(
        address.ip().is_loopback(),
        "{address} is not a loopback address. Until sign-in exists, anybody who can reach this server can \
         command it, so it listens on 127.0.0.1 or [::1] only"
    );
    Ok(())
}

/// Listens there.
pub(crate) fn open(address: SocketAddr) -> anyhow::Result<TcpListener> {
    listen(address).map_err(|error| not_listening(address, &error))
}

/// Why nobody can reach the server at this address, and what to do.
fn not_listening(address: SocketAddr, error: &io::Error) -> anyhow::Error {
    match error.kind() {
        io::ErrorKind::AddrInUse => anyhow!("{address} is taken; choose another with --listen"),
        io::ErrorKind::PermissionDenied => anyhow!(
            "this account may not listen on {address}. Choose a port from 1024 on with --listen, or give \
             the program the right to the lower ones: setcap cap_net_bind_service=+ep, or \
             AmbientCapabilities=CAP_NET_BIND_SERVICE in its systemd unit"
        ),
        io::ErrorKind::AddrNotAvailable => {
            anyhow!("this machine has no address {address}; choose another with --listen")
        }
        _ => anyhow!("nothing can listen on {address}: {error}; choose another with --listen"),
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    socket.set_reuseaddr(true)?;
    // Whatever is accepted inherits it.
    socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
    socket.bind(address)?;
    socket.listen(ACCEPT_QUEUE_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_may_not_listen_is_told_why_and_what_to_do() {
        let address: SocketAddr = "127.0.0.1:80".parse().unwrap();
        let said = |kind: io::ErrorKind| not_listening(address, &kind.into()).to_string();
        for (kind, naming) in [
            (io::ErrorKind::AddrInUse, "is taken"),
            (io::ErrorKind::PermissionDenied, "setcap"),
            (io::ErrorKind::AddrNotAvailable, "has no address"),
            (io::ErrorKind::Unsupported, "nothing can listen"),
        ] {
            let said = said(kind);
            assert!(said.contains(naming) && said.contains("--listen"), "{said}");
            assert!(said.contains("127.0.0.1:80"), "{said}");
        }
    }
}
