//! What an answer means, by the lists of a rule; and what it means if it is on none of them.

use serde_json::Value;

use super::base::Base;
use super::client::Answer;
use crate::finding::{Unknown, UnknownReason, Untrusted};
use crate::rule::live;

/// Whether an answer is on a list.
pub fn is_one_of(answer: &Answer, list: &[live::Answer]) -> bool {
    list.iter().any(|wanted| fits(answer, wanted))
}

fn fits(answer: &Answer, wanted: &live::Answer) -> bool {
    let holds = |(way, pattern): (&String, &crate::rule::Pattern)| {
        let found = answer.json.as_ref().and_then(|json| text(json, way));
        found.is_some_and(|text| pattern.is_match(text.as_bytes()))
    };
    answer.status == wanted.status && wanted.json.iter().all(holds)
}

/// The value at the end of a way, as in `props.user.id`: a string as it is, a number, `true` or `false`, a list
/// of those with spaces between them. Null and objects are no values.
pub fn text(json: &Value, way: &str) -> Option<String> {
    let value = way.split('.').try_fold(json, |value, key| value.get(key))?;
    let scalar = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    };
    match value {
        Value::Array(items) => items
            .iter()
            .map(scalar)
            .collect::<Option<Vec<_>>>()
            .map(|all| all.join(" ")),
        value => scalar(value),
    }
}

/// Whom a question goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A server that has proven what it is.
    Proven,
    /// One that the user says to be of the product.
    Typed,
    /// Whatever stood near a credential.
    Unknown,
}

/// What an answer shows that is on no list.
pub fn otherwise(answer: &Answer, base: &Base, path: &str, asked: Asked) -> Unknown {
    let unknown = |reason, detail: String| Unknown {
        detail: Untrusted::new(detail),
        ..Unknown::untried(reason, "")
    };
    let status = answer.status;
    // With a challenge or a page of HTML it is not the server's own API that wants a login.
    let own = answer.json.is_some() && answer.header("www-authenticate").is_none();
    match status {
        300..=399 => unknown(
            UnknownReason::Redirected,
            format!("{status} to {}", target(answer, base, path)),
        ),
        407 => unknown(UnknownReason::Intercepted, "a proxy wants a login".into()),
        401 | 403 if !own => unknown(
            UnknownReason::Intercepted,
            format!("{status}, from something in front of the server that wants a login"),
        ),
        429 => unknown(
            UnknownReason::RateLimited,
            "it wants to be asked less often".into(),
        ),
        500.. => unknown(UnknownReason::ServerError, format!("it answered {status}")),
        200..=299 if asked == Asked::Typed && answer.is_page() => unknown(
            UnknownReason::Intercepted,
            "a page where its API should answer, as of something in front of it that wants a login"
                .into(),
        ),
        _ if asked != Asked::Proven => unknown(
            UnknownReason::NotMattermost,
            format!(
                "it answered {status} where a server of the product refuses; nothing was sent to it"
            ),
        ),
        _ => unknown(
            UnknownReason::UnexpectedAnswer,
            format!("it answered {status}, which proves nothing"),
        ),
    }
}

/// Where a redirect leads, without what it carries.
fn target(answer: &Answer, base: &Base, path: &str) -> String {
    let location = answer.header("location").unwrap_or_default();
    let url = base.url(path).and_then(|url| url.join(location).ok());
    match url {
        Some(url) if !location.is_empty() => url.origin().ascii_serialization(),
        _ => "nowhere".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_way_leads_to_a_value() {
        let body = json!({
            "id": "x", "n": 1, "yes": true, "none": null, "a": {"b.c": 1, "d": {"e": "f"}},
            "roles": ["admin", "user"], "rows": [{"x": 1}],
        });
        let of = |way: &str| text(&body, way);
        assert_eq!(of("id").as_deref(), Some("x"));
        assert_eq!(
            (of("n").as_deref(), of("yes").as_deref()),
            (Some("1"), Some("true"))
        );
        assert_eq!(of("a.d.e").as_deref(), Some("f"));
        assert_eq!(of("roles").as_deref(), Some("admin user"));
        for nothing in ["none", "a", "rows", "id.x", "", "missing"] {
            assert_eq!(of(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn what_is_on_no_list_is_never_a_refusal() {
        let base = Base::read("https://a.example").expect("a base");
        let answer = |status, json: Option<Value>, header: Option<(&'static str, &str)>| {
            let mut headers = reqwest::header::HeaderMap::new();
            if let Some((name, value)) = header {
                headers.insert(name, value.parse().expect("a value"));
            }
            Answer {
                status,
                headers,
                json,
            }
        };
        let reason = |answer: Answer, probing| {
            let asked = if probing {
                Asked::Unknown
            } else {
                Asked::Proven
            };
            otherwise(&answer, &base, "/x", asked).reason
        };
        use UnknownReason::*;
        for (answer, probing, wanted) in [
            (
                answer(302, None, Some(("location", "https://sso.example/?t=1"))),
                true,
                Redirected,
            ),
            (answer(401, None, None), false, Intercepted),
            (
                answer(401, Some(json!({"id": "other"})), None),
                false,
                UnexpectedAnswer,
            ),
            (
                answer(401, Some(json!({})), Some(("www-authenticate", "Basic"))),
                true,
                Intercepted,
            ),
            (
                answer(401, Some(json!({"id": "other"})), None),
                true,
                NotMattermost,
            ),
            (answer(200, None, None), true, NotMattermost),
            (
                answer(200, Some(json!({"id": 1})), None),
                false,
                UnexpectedAnswer,
            ),
            (answer(404, None, None), true, NotMattermost),
            (answer(429, None, None), false, RateLimited),
            (answer(503, None, None), false, ServerError),
        ] {
            let said = format!("{answer:?}");
            assert_eq!(reason(answer, probing), wanted, "{said}");
        }
        let moved = answer(
            302,
            None,
            Some(("location", "https://sso.example/?token=secret")),
        );
        let detail = otherwise(&moved, &base, "/x", Asked::Unknown).detail;
        assert_eq!(detail.expose(), b"302 to https://sso.example");
    }
}
