// Writes the npm packages: one for a platform, which carries the program, and `matterleaks`, which depends on all those
// that lie in DIR and starts the one that npm picked. Run it once a platform, then `npm publish` each folder.
//
//   node packages/npm/pack.mjs --binary target/release/matterleaks --out DIR [--target linux-x64]
//
// A target is process.platform and process.arch of node, by default this machine's. A program for Linux should be the
// static one: then one package does for every libc.

import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");

const { binary, out, target } = parseArgs({
  options: {
    binary: { type: "string" },
    out: { type: "string" },
    target: { type: "string", default: `${process.platform}-${process.arch}` },
  },
}).values;
const [os, cpu, ...rest] = target.split("-");
if (!binary || !out || !cpu || rest.length) {
  console.error("usage: pack.mjs --binary PATH --out DIR [--target OS-CPU]");
  process.exit(2);
}

// Cargo.toml is the one place for what all packages have in common.
const metadata = ["metadata", "--no-deps", "--offline", "--format-version=1"];
const { packages } = JSON.parse(execFileSync("cargo", metadata, { cwd: root, encoding: "utf8" }));
const { name, version, description, license, keywords } = packages[0];

function write(folder, manifest, files) {
  for (const [path, source, mode] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    copyFileSync(source, join(folder, path));
    chmodSync(join(folder, path), mode ?? 0o644);
  }
  const { name, ...rest } = manifest;
  const all = { name, version, license, ...rest, publishConfig: { access: "public" } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(all, null, 2) + "\n");
}
const licences = ["LICENSE-APACHE", "LICENSE-MIT"].map((file) => [file, join(root, file)]);

const scope = join(out, `@${name}`);
const program = os === "win32" ? `bin/${name}.exe` : `bin/${name}`;
write(
  join(scope, target),
  {
    name: `@${name}/${target}`,
    description: `The program of ${name} for ${target}`,
    os: [os],
    cpu: [cpu],
    preferUnplugged: true, // yarn keeps packages zipped otherwise, and nothing can be run there
  },
  [[program, binary, 0o755], ...licences],
);

// Not what an earlier version left there.
const current = (platform) => JSON.parse(readFileSync(join(scope, platform, "package.json"))).version === version;
const platforms = readdirSync(scope).filter(current).sort();
write(
  join(out, name),
  {
    name,
    description,
    keywords,
    bin: { [name]: `bin/${name}.js` },
    engines: { node: ">=18.3" },
    optionalDependencies: Object.fromEntries(platforms.map((platform) => [`@${name}/${platform}`, version])),
  },
  [[`bin/${name}.js`, join(here, `bin/${name}.js`), 0o755], ["README.md", join(root, "README.md")], ...licences],
);
