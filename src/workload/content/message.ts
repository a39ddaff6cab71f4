/**
 * One e-mail message as an mbox holds it: separator, headers, a status line, and a body of prose or an attachment in base64.
 * Everything but the status letter is a function of (seed, id), so a message is written in pieces without keeping it.
 */
import { noiseSource } from './binary.js';
import { Draws } from './draws.js';
import { cellSource, type Source } from './source.js';
import { proseSource } from './text.js';
import { commonWords, writeAscii, writeWords } from './vocabulary.js';

const headBytes = 512;
/** The last line of the header and the empty line behind it; `O` (old, unread) becomes `R` when the message is read. */
const statusLine = '\nStatus: O\n\n';
const statusOffset = headBytes - 3;
/** Each message owns this much of the body streams; no body is longer. */
const bodyStrideBytes = 1 << 20;
const lineBytes = 77;

export class MessageWriter {
  readonly #seed: number;
  readonly #bodyBytesMax: number;
  readonly #prose: Source;
  readonly #attachments: Source;
  readonly #head = new Uint8Array(headBytes);
  #heldId = -1;

  /** `messageBytesMax` bounds a whole message; at least 1 KiB. */
  constructor(seed: number, messageBytesMax: number) {
    this.#seed = seed;
    this.#bodyBytesMax = Math.min(bodyStrideBytes, messageBytesMax) - headBytes;
    this.#prose = proseSource(seed);
    this.#attachments = base64Source(seed);
  }

  /** Half the messages stay below a kilobyte of text, one in eight carries an attachment of up to 64 KiB. */
  lengthOf(id: number): number {
    const draws = new Draws(this.#seed, id);
    const wanted = isAttachment(id) ? draws.between(2_000, 65_536) : 200 + draws.skewed(6_000);
    return headBytes + Math.min(wanted, this.#bodyBytesMax);
  }

  /** Fills `into` from byte `offset` of the message on. */
  fill(id: number, read: boolean, offset: number, into: Uint8Array): void {
    let at = 0;
    if (offset < headBytes) {
      if (this.#heldId !== id) this.#drawHead(id);
      this.#heldId = id;
      this.#head[statusOffset] = read ? 0x52 : 0x4f;
      at = Math.min(headBytes - offset, into.length);
      into.set(this.#head.subarray(offset, offset + at));
    }
    if (at === into.length) return;
    const source = isAttachment(id) ? this.#attachments : this.#prose;
    source.fill(id * bodyStrideBytes + offset + at - headBytes, into.subarray(at));
  }

  #drawHead(id: number): void {
    const head = this.#head;
    const draws = new Draws(this.#seed, id, 1);
    const person = draws.skewed(500);
    const end = headBytes - statusLine.length;
    const token = `${hex(draws.u32())}${hex(draws.u32())}`;
    const minute = id * 11 + draws.below(11);
    const hour = Math.floor(minute / 60) % 24;
    const date = `${(Math.floor(minute / 1440) % 28) + 1} Mar 2026 ${two(hour)}:${two(minute % 60)}:${two(draws.below(60))}`;
    let at = writeAscii(head, 0, end, `From user${person}@example.org ${date}\n`);
    at = writeAscii(
      head,
      at,
      end,
      `Received: from mx${draws.below(4)}.example.org by mail.example.com with ESMTPS id ${token}\n`,
    );
    at = writeAscii(head, at, end, `Message-ID: <${token}@example.org>\nDate: ${date} +0000\n`);
    at = writeAscii(
      head,
      at,
      end,
      `From: User ${person} <user${person}@example.org>\nTo: desk@example.com\n`,
    );
    const type = isAttachment(id)
      ? 'application/pdf\nContent-Transfer-Encoding: base64'
      : 'text/plain; charset=utf-8';
    at = writeAscii(head, at, end, `MIME-Version: 1.0\nContent-Type: ${type}\nSubject: `);
    writeWords(commonWords, draws, head, at, end);
    writeAscii(head, end, headBytes, statusLine);
  }
}

function isAttachment(id: number): boolean {
  return id % 8 === 5;
}

/** Lines of 76 base64 characters over noise, as compressed attachments are: 6 bits of it in each 8. */
function base64Source(seed: number): Source {
  const alphabet = new TextEncoder().encode(
    'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  );
  const noise = noiseSource(seed);
  return cellSource(lineBytes * 64, (cell, into) => {
    noise.fill(cell * into.length, into);
    for (let i = 0; i < into.length; i++) into[i] = alphabet[(into[i] ?? 0) & 63] ?? 0;
    for (let i = lineBytes - 1; i < into.length; i += lineBytes) into[i] = 0x0a;
  });
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
