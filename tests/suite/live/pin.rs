//! `--ca-cert` with a server's own certificate, as `openssl` makes them: a pin on these bytes, and nothing else.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::ResolvesServerCert;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ServerConfig, SupportedProtocolVersion, version};

use super::scene::{Scan, env, ran};
use super::server::{Server, mattermost, user};
use crate::util::{Dir, token};

const CONFIG: &str = "\
[req]
distinguished_name = name
[name]
[true]
basicConstraints = critical, CA:TRUE
subjectAltName = IP:127.0.0.1
[false]
basicConstraints = critical, CA:FALSE
subjectAltName = IP:127.0.0.1
[none]
subjectAltName = IP:127.0.0.1
[bare]
basicConstraints = critical, CA:TRUE
[other]
basicConstraints = critical, CA:TRUE
subjectAltName = DNS:chat.example.org
[client]
basicConstraints = critical, CA:TRUE
subjectAltName = IP:127.0.0.1
extendedKeyUsage = clientAuth
";

/// A folder with a program that makes certificates; none where there is no such program.
struct Mint(Dir);

impl Mint {
    fn new() -> Option<Mint> {
        let dir = Dir::new();
        dir.file("openssl.cnf", CONFIG);
        let there = dir.command("openssl").args(["version"]).try_run();
        there.ok().map(|_| Mint(dir))
    }

    fn openssl(&self, args: &str) -> &Mint {
        let args = args.split(' ');
        self.0.command("openssl").args(args).run().code(0);
        self
    }

    /// A key, and certificates of its own with each of these extensions.
    fn own(&self, key: &str, kind: &str, name: &str, sections: &[&str]) {
        self.openssl(&format!("genpkey {kind} -out {key}.key"));
        for section in sections {
            self.again(key, name, section, &format!("{key}-{section}"));
        }
    }

    fn again(&self, key: &str, name: &str, section: &str, out: &str) {
        self.openssl(&format!(
            "req -x509 -new -config openssl.cnf -key {key}.key -subj /CN={name} -days 30 -extensions {section} \
             -out {out}.pem"
        ));
    }

    /// One without extensions, in version 1.
    fn first_version(&self, key: &str, name: &str, out: &str) {
        self.openssl(&format!(
            "req -new -config openssl.cnf -key {key}.key -subj /CN={name} -out {out}.csr"
        ));
        self.openssl(&format!(
            "x509 -req -in {out}.csr -signkey {key}.key -days 30 -out {out}.pem"
        ));
        let text = ["x509", "-noout", "-text", "-in", &format!("{out}.pem")];
        let shown = self.0.command("openssl").args(text).run();
        shown.says("Version: 1 (0x0)");
    }

    /// A server that shows a certificate and signs with a key.
    fn server(&self, shown: &str, key: &str, version: &'static SupportedProtocolVersion) -> Server {
        let read = |name: &str, end: &str| self.0.path(format!("{name}.{end}"));
        let pem = |path: &Path| CertificateDer::from_pem_file(path).expect("a certificate");
        let key = PrivateKeyDer::from_pem_file(read(key, "key")).expect("a key");
        let key = ring::sign::any_supported_type(&key).expect("a key");
        let own = CertifiedKey::new(vec![pem(&read(shown, "pem"))], key);
        let own: Arc<dyn ResolvesServerCert> = Arc::new(SingleCertAndKey::from(own));
        let tls = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[version])
            .expect("a version")
            .with_no_client_auth()
            .with_cert_resolver(own);
        let known = mattermost(vec![(token(5200), user("ann", "system_user"))]);
        Server::secure(Arc::new(tls), known)
    }

    fn scan(&self, url: &str, pin: &str) -> Scan {
        self.0.file("tree/.env", env(url, &token(5200)));
        let flags = ["tree", "--verify", "--allow-private", "--format", "json"];
        let scan = self.0.scan(flags).args(["--fail-on", "verified"]);
        ran(scan.args(["--ca-cert", pin]).run())
    }

    /// What is said of a server that shows one certificate, where another is trusted.
    #[track_caller]
    fn assert(&self, shown: &str, key: &str, pin: &str, said: &str) {
        for version in [&version::TLS13, &version::TLS12] {
            let server = self.server(shown, key, version);
            let done = self.scan(&server.url(), pin);
            let code = if said == "active" { 1 } else { 2 };
            let what = format!("{shown} {pin} {version:?}\n{}", done.output);
            assert_eq!(
                (done.said(&token(5200)), done.code),
                (said, Some(code)),
                "{what}"
            );
            assert_eq!(server.seen().is_empty(), said != "active", "{what}");
        }
    }
}

const RSA: &str = "-algorithm RSA -pkeyopt rsa_keygen_bits:2048";
const CURVE: &str = "-algorithm EC -pkeyopt ec_paramgen_curve:P-256";

#[test]
fn a_servers_own_certificate_is_a_pin() {
    let Some(mint) = Mint::new() else { return };
    for (key, kind) in [("rsa", RSA), ("curve", CURVE)] {
        mint.own(key, kind, "127.0.0.1", &["true", "false", "none", "bare"]);
        mint.first_version(key, "127.0.0.1", &format!("{key}-one"));
        for name in ["true", "false", "none", "bare", "one"] {
            let own = format!("{key}-{name}");
            mint.assert(&own, key, &format!("{own}.pem"), "active");
        }
    }
    mint.openssl("x509 -in rsa-one.pem -outform DER -out one.der");
    mint.assert("rsa-one", "rsa", "one.der", "active");
    // What names no host names no other one.
    mint.again("rsa", "Mattermost", "bare", "word");
    mint.assert("word", "rsa", "word.pem", "active");
}

#[test]
fn a_pin_relaxes_nothing_else() {
    let Some(mint) = Mint::new() else { return };
    let sections = ["true", "false", "other", "client"];
    mint.own("rsa", CURVE, "127.0.0.1", &sections);
    mint.own("thief", CURVE, "127.0.0.1", &["true", "false"]);
    mint.first_version("rsa", "127.0.0.1", "one");
    mint.first_version("rsa", "chat.example.org", "elsewhere");
    // The same name and key in other bytes, and the same name with another key.
    mint.again("rsa", "127.0.0.1", "true", "renewed");
    mint.again("rsa", "127.0.0.1", "false", "renewed-false");
    mint.first_version("rsa", "127.0.0.1", "renewed-one");
    for (shown, pin) in [
        ("renewed", "rsa-true.pem"),
        ("renewed-false", "rsa-false.pem"),
        ("renewed-one", "one.pem"),
        ("rsa-true", "rsa-false.pem"),
        ("rsa-true", "one.pem"),
        ("one", "rsa-true.pem"),
        ("rsa-true", "thief-true.pem"),
        // Another host's, and a person's.
        ("rsa-other", "rsa-other.pem"),
        ("elsewhere", "elsewhere.pem"),
        ("rsa-client", "rsa-client.pem"),
    ] {
        mint.assert(shown, "rsa", pin, "tls");
    }
    // Who shows it and does not have its key.
    for shown in ["rsa-true", "rsa-false", "one"] {
        mint.assert(shown, "thief", &format!("{shown}.pem"), "tls");
    }
    // A server's certificate vouches for no other one.
    mint.openssl("req -new -config openssl.cnf -key thief.key -subj /CN=127.0.0.2 -out leaf.csr");
    let sign = "x509 -req -in leaf.csr -CAkey rsa.key -CAcreateserial -days 30 -extfile openssl.cnf -extensions false";
    mint.openssl(&format!("{sign} -CA rsa-false.pem -out below.pem"));
    mint.assert("below", "thief", "rsa-false.pem", "tls");
    // An authority's does.
    mint.openssl(&format!("{sign} -CA rsa-true.pem -out below.pem"));
    mint.assert("below", "thief", "rsa-true.pem", "active");
}

#[test]
fn a_file_in_der_that_is_no_certificate_is_wrong_usage() {
    let Some(mint) = Mint::new() else { return };
    mint.own("rsa", CURVE, "127.0.0.1", &["true"]);
    mint.openssl("x509 -in rsa-true.pem -outform DER -out whole.der");
    mint.openssl("pkey -in rsa.key -outform DER -out key.der");
    let whole = std::fs::read(mint.0.path("whole.der")).expect("a file");
    mint.0
        .file("cut.der", &whole[..whole.len() - 1])
        .file("more.der", [&whole[..], b"x"].concat())
        .file("zero.der", "0")
        .file("tree/x", "");
    for path in ["key.der", "cut.der", "more.der", "zero.der"] {
        let scan = mint.0.scan(["tree", "--verify", "--ca-cert", path]);
        scan.run().code(2).complains(path).says("");
    }
}
