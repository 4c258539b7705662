// SPDX-License-Identifier: Apache-2.0
// Follows rosters with tuf-js: of each, how many looks it took, and what it said to the first that it refused.
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { Readable } = require("node:stream");
const { BaseFetcher, Updater } = require("tuf-js");

class FromMemory extends BaseFetcher {
  constructor(files) {
    super();
    this.files = files;
  }

  async fetch(url) {
    const name = new URL(url).pathname.slice(1);
    if (!(name in this.files)) {
      const error = new Error(`there is no ${name}`);
      error.name = "DownloadHTTPError";
      error.statusCode = 404;
      const { DownloadHTTPError } = require("tuf-js/dist/error");
      throw new DownloadHTTPError(error.message, 404);
    }
    return Readable.from([Buffer.from(this.files[name], "utf-8")]);
  }
}

async function look(folder, files, names) {
  const updater = new Updater({
    metadataDir: path.join(folder, "metadata"),
    metadataBaseUrl: "https://hub.example/metadata",
    targetDir: path.join(folder, "targets"),
    targetBaseUrl: "https://hub.example/targets",
    fetcher: new FromMemory(files),
    config: { timestampMaxLength: 16384 },
  });
  await updater.refresh();
  for (const name of names) {
    const info = await updater.getTargetInfo(name);
    if (info) {
      const where = path.join(folder, "targets", encodeURIComponent(name));
      await updater.downloadTarget(info, where);
    }
  }
}

async function follow({ first_root, looks, names }) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "havn-tuf-js-"));
  try {
    fs.mkdirSync(path.join(folder, "metadata"));
    fs.mkdirSync(path.join(folder, "targets"));
    fs.writeFileSync(path.join(folder, "metadata", "root.json"), first_root);
    for (const [number, files] of looks.entries()) {
      try {
        await look(folder, files, names);
      } catch (error) {
        return { taken: number, refused: `${error.constructor.name}: ${error.message}` };
      }
    }
    return { taken: looks.length, refused: null };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

(async () => {
  const given = JSON.parse(fs.readFileSync(0, "utf-8"));
  const found = {};
  for (const [name, roster] of Object.entries(given)) {
    found[name] = await follow(roster);
  }
  process.stdout.write(JSON.stringify(found));
})();
