//! Certificates: what is trusted, and that nothing leaves where it is not.

use std::sync::Arc;

use matterleaks::verify::{Certificate, Resolver};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

use super::server::{Answer, Request, Server, mattermost, user};
use super::{ask_one, options, said};
use crate::util::token;

/// An authority of the tests' own.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub pem: String,
}

impl Authority {
    pub fn new() -> Authority {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Authority {
            issuer: Issuer::new(params, key),
            pem,
        }
    }

    /// A server's side of TLS, under this name.
    pub fn server(&self, name: &str) -> Arc<ServerConfig> {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec![name.to_owned()]).expect("parameters");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::Pkcs8(key.serialize_der().into()),
            );
        Arc::new(config.expect("a configuration"))
    }
}

#[test]
fn a_certificate_must_be_trusted_and_of_the_right_name() {
    let secret = token(500);
    let known = || mattermost(vec![(secret.clone(), user("ann", "system_user"))]);
    let authority = Authority::new();
    let mut trusting = options();
    trusting.resolver = Resolver::fixed(|_| vec!["127.0.0.1".parse().expect("an address")]);
    let strict = trusting.clone();
    trusting.certificates =
        Certificate::from_pem_bundle(authority.pem.as_bytes()).expect("a certificate");

    let server = Server::secure(authority.server("localhost"), known());
    let url = server.url_as("localhost");
    // Of an authority that nobody knows.
    assert_eq!(said(&ask_one(&url, &secret, &strict)), "tls");
    assert_eq!(server.seen().len(), 0);
    assert_eq!(said(&ask_one(&url, &secret, &trusting)), "active");

    // Of another name.
    let other = Server::secure(authority.server("other.example.org"), known());
    assert_eq!(
        said(&ask_one(&other.url_as("localhost"), &secret, &trusting)),
        "tls"
    );
    assert_eq!(other.seen().len(), 0);

    // Where there is no TLS at all.
    let plain = Server::new(known());
    let url = format!("https://localhost:{}", plain.address.port());
    assert_eq!(said(&ask_one(&url, &secret, &trusting)), "unreachable");
    plain.assert_told_nothing();
}

/// A server that wants https is asked again over https, and only there it is told a token.
#[test]
fn an_upgrade_of_the_same_server_is_followed_before_a_token_leaves() {
    let secret = token(510);
    let known = mattermost(vec![(secret.clone(), user("ann", "system_user"))]);
    let authority = Authority::new();
    let mut trusting = options();
    trusting.certificates =
        Certificate::from_pem_bundle(authority.pem.as_bytes()).expect("a certificate");
    let server =
        Server::secure(
            authority.server("localhost"),
            move |request: &Request| match request.secure {
                true => known(request),
                false => Answer::moved(
                    301,
                    &format!("https://{}{}", request.headers["host"], request.path),
                ),
            },
        );
    let url = format!("http://localhost:{}", server.address.port());
    assert_eq!(said(&ask_one(&url, &secret, &trusting)), "active");
    let seen = server.seen();
    assert_eq!(
        seen.iter()
            .map(|request| request.secure)
            .collect::<Vec<_>>(),
        [false, true, true, true, true]
    );
    assert!(seen[0].bearer().is_none() && seen[1].bearer().is_none() && seen[2].bearer().is_some());
}
