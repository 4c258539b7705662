// SPDX-License-Identifier: Apache-2.0
// npm `http-message-signatures` signs and verifies what nodes send each other; JSON in, JSON out.
"use strict";
const { createHash, createPrivateKey, createPublicKey, sign, verify } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { httpbis } = require("http-message-signatures");

const PRIVATE = Buffer.from("302e020100300506032b657004220420", "hex");
const PUBLIC = Buffer.from("302a300506032b6570032100", "hex");
const digestOf = (body) => `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;

async function verified({ message, request, body, key, fields }) {
  const raw = Buffer.from(key, "base64url");
  const opened = createPublicKey({ key: Buffer.concat([PUBLIC, raw]), format: "der", type: "spki" });
  const config = {
    requiredParams: ["created", "expires", "keyid", "tag"],
    requiredFields: fields,
    all: true,
    keyLookup: async () => ({ verify: async (base, made) => verify(null, base, opened, made) }),
  };
  try {
    const holds = await httpbis.verifyMessage(config, message, request);
    return holds === true && message.headers["Content-Digest"] === digestOf(Buffer.from(body, "base64url"));
  } catch {
    return false;
  }
}

async function signed({ message, request, body, key, keyid, fields, nonce, at }) {
  const raw = Buffer.from(key, "base64url");
  const opened = createPrivateKey({ key: Buffer.concat([PRIVATE, raw]), format: "der", type: "pkcs8" });
  message.headers["Content-Digest"] = digestOf(Buffer.from(body, "base64url"));
  const created = new Date(at * 1000);
  const config = {
    key: { id: keyid, sign: async (base) => sign(null, base, opened) },
    name: "node",
    fields,
    params: ["created", "expires", "keyid", ...(nonce ? ["nonce"] : []), "tag"],
    paramValues: { created, expires: new Date(created.getTime() + 300000), keyid, nonce, tag: "node-fed/1" },
  };
  return (await httpbis.signMessage(config, message, request)).headers;
}

async function main() {
  const { verify: toVerify, sign: toSign } = JSON.parse(readFileSync(0, "utf8"));
  const answer = { verified: [], signed: [] };
  for (const each of toVerify) answer.verified.push(await verified(each));
  for (const each of toSign) answer.signed.push(await signed(each));
  process.stdout.write(JSON.stringify(answer));
}

main();
