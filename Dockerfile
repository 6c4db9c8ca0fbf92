# Two images: the last stage, which is the default, holds the program and nothing else; `ci` has a shell, which the
# runners of GitLab and others start first.
#
#   docker build --tag matterleaks .
#   docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD:/scan:ro" matterleaks scan
#
#   docker build --tag matterleaks:ci --target ci .

# Alpine's Rust links statically, with musl.
FROM rust:1.95-alpine AS build
WORKDIR /build
COPY . .
RUN cargo build --locked --release

FROM alpine:3.22 AS ci
COPY --from=build /build/target/release/matterleaks /usr/local/bin/
USER 65532:65532
WORKDIR /scan

FROM scratch
# Whom live checks trust.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /build/target/release/matterleaks /
USER 65532:65532
WORKDIR /scan
ENTRYPOINT ["/matterleaks"]
