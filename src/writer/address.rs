//! Where another engine may be: on this machine, nowhere else.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

use ureq::http::Uri;

/// Why an address is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("A writer must be at an address of this machine, such as http://127.0.0.1:8080.")]
pub struct WriterAddressError;

/// `http://` and a loopback address: what is sent there does not leave the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriterAddress {
    host: IpAddr,
    port: u16,
}

/// Plain HTTP's own port.
const PORT: u16 = 80;

impl FromStr for WriterAddress {
    type Err = WriterAddressError;

    /// Takes `http://HOST[:PORT]`, with `/` or `/v1` after it as such engines print it.
    fn from_str(text: &str) -> Result<Self, WriterAddressError> {
        let uri: Uri = text.parse().map_err(|_| WriterAddressError)?;
        let authority = uri.authority().ok_or(WriterAddressError)?;
        let plain = uri.scheme_str() == Some("http")
            && !authority.as_str().contains('@')
            && matches!(uri.path(), "" | "/" | "/v1" | "/v1/")
            && uri.query().is_none();
        let host = match authority.host() {
            // Taken at its word, so that no hosts file can send it elsewhere.
            "localhost" => IpAddr::V4(Ipv4Addr::LOCALHOST),
            host => {
                host.trim_start_matches('[').trim_end_matches(']').parse().map_err(|_| WriterAddressError)?
            }
        };
        if plain && host.is_loopback() {
            Ok(Self { host, port: authority.port_u16().unwrap_or(PORT) })
        } else {
            Err(WriterAddressError)
        }
    }
}

impl fmt::Display for WriterAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host {
            IpAddr::V4(host) => write!(f, "http://{host}:{}", self.port),
            IpAddr::V6(host) => write!(f, "http://[{host}]:{}", self.port),
        }
    }
}
