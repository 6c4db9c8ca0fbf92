#!/usr/bin/env node
// Runs the program that the package of this platform carries, as if it had been called itself. Nothing is downloaded,
// and nothing runs when npm installs.
"use strict";

const { spawn } = require("node:child_process");
const { isatty } = require("node:tty");

const platform = `${process.platform}-${process.arch}`;

// 2 is what the program itself ends with when it cannot do what it was asked to: never taken for "clean".
function fail(...lines) {
  console.error(["matterleaks: " + lines[0], ...lines.slice(1)].join("\n"));
  process.exit(2);
}

function find() {
  const { optionalDependencies } = require("../package.json");
  const name = `@matterleaks/${platform}`;
  const file = process.platform === "win32" ? "matterleaks.exe" : "matterleaks";
  try {
    return require.resolve(`${name}/bin/${file}`);
  } catch {
    if (name in optionalDependencies) {
      fail(
        `its package for this platform, ${name}, is not installed.`,
        "Install again with optional dependencies (no --omit=optional), and on this machine: node_modules of another",
        "kind of machine carry another program.",
      );
    }
    const known = Object.keys(optionalDependencies).map((name) => name.split("/")[1]);
    fail(
      `there is no package for ${platform}, only for ${known.join(", ")}.`,
      "With Rust it can be built here: cargo install matterleaks",
    );
  }
}

// A terminal sends Ctrl-C to both of us, and a second one means "at once": it is passed on only where none is. Heard
// before the program starts: else one that comes at once would end only us.
const terminal = [0, 1, 2].some(isatty);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"]) {
  process.on(signal, () => (signal === "SIGINT" && terminal) || child.kill(signal));
}
const child = spawn(find(), process.argv.slice(2), { stdio: "inherit" });
child.on("error", (error) => fail(error.message));
child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code);
  // The caller is to see what ended the program.
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
