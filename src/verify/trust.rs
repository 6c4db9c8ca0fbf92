//! Who vouches for a server: the system's authorities, those that the user adds, or its own certificate as a pin.
//!
//! A certificate that the user has and the server shows, byte for byte, needs nobody to vouch for it. Many servers that
//! have signed their own call it an authority's (`openssl req -x509`) or give it no extensions (X.509 v1), which no
//! server's certificate should be. Time, purpose and name are judged all the same, and the server must hold its key.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::crypto::{self, WebPkiSupportedAlgorithms, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use rustls_platform_verifier::Verifier;
use webpki::RawPublicKeyEntity;
use x509_parser::prelude::{FromDer, X509Certificate, X509Version};

/// A certificate that the user trusts: of an authority, or of a server itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate(CertificateDer<'static>);

impl Certificate {
    /// Reads one in DER.
    pub fn from_der(der: &[u8]) -> Result<Certificate, Error> {
        parsed(der)?;
        Ok(Certificate(CertificateDer::from(der.to_vec())))
    }

    /// Reads all those of a text in PEM.
    pub fn from_pem_bundle(pem: &[u8]) -> Result<Vec<Certificate>, Error> {
        let all = CertificateDer::pem_slice_iter(pem);
        let read = all.map(|der| Certificate::from_der(&der.map_err(|_| odd())?));
        read.collect()
    }

    /// Whether it may vouch for others. In version 1 no certificate says so.
    fn is_authority(&self) -> bool {
        parsed(&self.0).is_ok_and(|own| own.is_ca() || own.version() == X509Version::V1)
    }
}

fn parsed(der: &[u8]) -> Result<X509Certificate<'_>, Error> {
    match X509Certificate::from_der(der) {
        Ok((&[], own)) => Ok(own),
        _ => Err(odd()),
    }
}

fn odd() -> Error {
    CertificateError::BadEncoding.into()
}

/// How TLS is spoken by who trusts these beside the system's own.
pub fn config(certificates: &[Certificate]) -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let algorithms = provider.signature_verification_algorithms;
    let authorities = certificates.iter().filter(|own| own.is_authority());
    let authorities = authorities.map(|own| own.0.clone());
    let trust = Trust {
        // Fails on a machine without any authorities.
        known: Verifier::new_with_extra_roots(authorities, provider.clone()).ok(),
        pins: certificates.to_vec(),
        algorithms,
    };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(trust));
    let mut config = builder.with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

#[derive(Debug)]
struct Trust {
    known: Option<Verifier>,
    pins: Vec<Certificate>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Trust {
    fn has(&self, shown: &CertificateDer<'_>) -> bool {
        self.pins.iter().any(|pin| pin.0.as_ref() == shown.as_ref())
    }

    /// The key of a pin; without one the error stays that it was.
    fn key(
        &self,
        shown: &CertificateDer<'_>,
        error: Error,
    ) -> Result<SubjectPublicKeyInfoDer<'static>, Error> {
        let own = self.has(shown).then(|| parsed(shown)).ok_or(error)??;
        Ok(SubjectPublicKeyInfoDer::from(own.public_key().raw.to_vec()))
    }
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let unknown = Err(CertificateError::UnknownIssuer.into());
        let judged = self.known.as_ref().map_or(unknown, |known| {
            known.verify_server_cert(shown, between, name, ocsp, now)
        });
        match judged {
            Err(_) if self.has(shown) => {
                holds(shown, name, now).map(|()| ServerCertVerified::assertion())
            }
            judged => judged,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let judged = crypto::verify_tls12_signature(message, shown, signed, &self.algorithms);
        judged.or_else(|error| {
            let key = self.key(shown, error.clone())?;
            let key = RawPublicKeyEntity::try_from(&key).map_err(|_| odd())?;
            let known = self.algorithms.mapping.iter();
            let mut known = known
                .filter(|(scheme, _)| *scheme == signed.scheme)
                .flat_map(|(_, all)| *all);
            let right =
                known.any(|one| (key.verify_signature(*one, message, signed.signature())).is_ok());
            right.then(HandshakeSignatureValid::assertion).ok_or(error)
        })
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let judged = crypto::verify_tls13_signature(message, shown, signed, &self.algorithms);
        judged.or_else(|error| {
            let key = self.key(shown, error)?;
            crypto::verify_tls13_signature_with_raw_key(message, &key, signed, &self.algorithms)
        })
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// Whether a pin is in time, for servers, and of this name.
fn holds(shown: &CertificateDer<'_>, name: &ServerName<'_>, now: UnixTime) -> Result<(), Error> {
    let own = parsed(shown)?;
    let (now, time) = (
        i64::try_from(now.as_secs()).unwrap_or(i64::MAX),
        own.validity(),
    );
    if now < time.not_before.timestamp() {
        return Err(CertificateError::NotValidYet.into());
    }
    if now > time.not_after.timestamp() {
        return Err(CertificateError::Expired.into());
    }
    let purpose = own.extended_key_usage().map_err(|_| odd())?;
    if purpose.is_some_and(|purpose| !purpose.value.any && !purpose.value.server_auth) {
        return Err(CertificateError::InvalidPurpose.into());
    }
    if own.subject_alternative_name().map_err(|_| odd())?.is_some() {
        return verify_server_name(&ParsedCertificate::try_from(shown)?, name);
    }
    // An old one names its server by its common name, or not at all.
    let mut common = own
        .subject()
        .iter_common_name()
        .filter_map(|name| name.as_str().ok());
    let host = name.to_str();
    let other = common.find(|common| {
        let below = common.strip_prefix("*.").zip(host.split_once('.'));
        let same = common.eq_ignore_ascii_case(&host)
            || below.is_some_and(|(common, (_, host))| common.eq_ignore_ascii_case(host));
        common.contains('.') && !common.contains(' ') && !same
    });
    match other {
        Some(_) => Err(CertificateError::NotValidForName.into()),
        None => Ok(()),
    }
}
