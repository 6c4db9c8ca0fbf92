//! Live checks as they were asked for, and how they are stopped.

use std::fs::File;
use std::future::Future;
use std::io::Read;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use matterleaks::detect;
use matterleaks::finding::Report;
use matterleaks::rule::Rules;
use matterleaks::verify::{self, Base, Certificate, Consent, Options, Policy, Proxies};

use crate::cli;

/// A file of certificates is no larger.
const LARGEST: u64 = 4 << 20;

/// From flags to what they mean. `typed` are URLs of servers that the user wrote.
pub fn options(args: &cli::Live, rules: &Rules, typed: &[String]) -> Result<Options> {
    let typed = typed.iter().map(|url| base(rules, url));
    Ok(Options {
        policy: Policy {
            allow_private: args.allow_private,
            allow_http: args.allow_http,
            only: args.verify_host.clone(),
            typed: typed.collect::<Result<_>>()?,
        },
        consent: args
            .verify_webhooks
            .then_some(Consent::Webhooks)
            .into_iter()
            .collect(),
        certificates: certificates(&args.ca_cert)?,
        proxies: Proxies::of_process()?,
        budget: args.verify_budget,
        concurrency: args.verify_concurrency.into(),
        ..Options::default()
    })
}

/// A server's base URL as users write it: `chat.example.org` will do.
pub fn base(rules: &Rules, written: &str) -> Result<Base> {
    let mut products = rules.products.iter();
    let base = products.find_map(|product| detect::base_url(product, written));
    let base = base.and_then(|base| Base::read(&base));
    base.with_context(|| format!("{written}: not the URL of a server"))
}

/// Asks the servers of a report's findings.
pub fn ask(rules: &Rules, report: &mut Report, options: &Options) -> Result<verify::Checked> {
    let start = Instant::now();
    let mut checked = verify::verify(rules, &mut report.findings, options, interrupt()?)?;
    report.coverage.skipped.append(&mut checked.skips);
    report.coverage = std::mem::take(&mut report.coverage).settled();
    report.verified = true;
    report.duration += start.elapsed();
    Ok(checked)
}

/// The certificates of files.
pub fn certificates(paths: &[PathBuf]) -> Result<Vec<Certificate>> {
    let all: Result<Vec<_>> = paths.iter().map(certificates_of).collect();
    Ok(all?.into_iter().flatten().collect())
}

fn certificates_of(path: &PathBuf) -> Result<Vec<Certificate>> {
    let context = || format!("cannot read certificates from {}", path.display());
    let mut pem = Vec::new();
    let found = std::fs::metadata(path).with_context(context)?;
    if !found.is_file() {
        bail!("{}: not a regular file", context());
    }
    let file = File::open(path).with_context(context)?;
    file.take(LARGEST)
        .read_to_end(&mut pem)
        .with_context(context)?;
    let certificates = match pem.first() {
        // What DER begins with, and no text.
        Some(0x30) => Certificate::from_der(&pem).map(|one| vec![one]),
        _ => Certificate::from_pem_bundle(&matterleaks::text::utf8(pem)),
    };
    let certificates = certificates.with_context(context)?;
    if certificates.is_empty() {
        bail!("{}: there are none in it", context());
    }
    Ok(certificates)
}

/// Comes to its end when the user interrupts the run. Who interrupts it twice, or when nothing waits for it any
/// more, ends the program.
pub fn interrupt() -> Result<impl Future<Output = ()>> {
    let (tell, told) = tokio::sync::oneshot::channel();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    std::thread::spawn(move || {
        runtime.block_on(async {
            if tokio::signal::ctrl_c().await.is_err() {
                return;
            }
            if tell.send(()).is_ok() {
                let _ = tokio::signal::ctrl_c().await;
            }
            // 128 and the number of the signal, as shells have it.
            std::process::exit(130);
        });
    });
    Ok(async move {
        if told.await.is_err() {
            // Signals cannot be heard here: then nothing interrupts.
            tokio::time::sleep(Duration::MAX).await;
        }
    })
}
