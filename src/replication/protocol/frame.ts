/**
 * Frames: the unit of the byte stream. A head of 16 bytes, then the body.
 *
 *     u8 type   u24 bodyBytes   u32 sequence   u32 bodyCheck   u32 headCheck        little-endian
 *
 * `sequence` counts the frames of one direction from 0. Both checks are CRC-32 (IEEE 802.3, as in zlib): `bodyCheck` of the body, `headCheck` of the 12 bytes
 * before it. So a length is believed only after its own check, and a changed one never makes a reader wait for bytes that do not come.
 *
 * Why CRC-32: TLS authenticates the bytes on the wire; what is left is accident between TLS and us, and the simulator, which corrupts, drops,
 * repeats and reorders frames. CRC-32 finds every burst of up to 32 bits and every one or two flipped bits in a frame of any size here, and
 * leaves 2^-32 of anything else, behind which stand the digests of packages, blocks and manifests. zlib's runs at 5 GB/s without a copy
 * into WebAssembly memory, which XXH3 and CRC-32C would need.
 */
import { nodeZlib } from '../../base/builtins.js';
import { isPlanted } from '../../base/planted.js';
import { frameHeadBytes } from './limits.js';
import { ProtocolError } from './violation.js';

export interface Frame {
  readonly type: number;
  /** A view of what was received where the frame came in one piece. */
  readonly body: Uint8Array;
}

interface Head {
  readonly type: number;
  readonly bodyBytes: number;
  readonly bodyCheck: number;
}

/** Largest body that may come as `type` now; undefined where there is no such type. */
export type BodyLimit = (type: number) => number | undefined;

const sequenceEnd = 2 ** 32;

/** A frame in one array. */
export function writeFrame(type: number, sequence: number, body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(frameHeadBytes + body.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, type + body.length * 256, true);
  view.setUint32(4, sequence, true);
  view.setUint32(8, nodeZlib().crc32(body), true);
  view.setUint32(12, nodeZlib().crc32(frame.subarray(0, 12)), true);
  frame.set(body, frameHeadBytes);
  return frame;
}

/** The number after `sequence`: after 2^32 frames, 256 TiB of data, it begins again. */
export function nextSequence(sequence: number): number {
  return (sequence + 1) % sequenceEnd;
}

/** Takes bytes in pieces of any size, gives frames. Holds at most one frame, whose length passed its check and its limit. */
export class FrameReader {
  readonly #head = new Uint8Array(frameHeadBytes);
  #headBytes = 0;
  #expected: Head | undefined;
  #body = new Uint8Array(0);
  #bodyBytes = 0;
  #sequence = 0;
  #input: Uint8Array = new Uint8Array(0);
  #at = 0;

  /** Bytes of an unfinished frame. */
  get bufferedBytes(): number {
    return this.#headBytes + this.#bodyBytes;
  }

  /** Adds what next() reads from; all that was pushed before must have been read. */
  push(bytes: Uint8Array): void {
    this.#input = bytes;
    this.#at = 0;
  }

  /** The next whole frame, or undefined until more is pushed. Throws ProtocolError; then nothing more can be read. */
  next(limit: BodyLimit): Frame | undefined {
    this.#expected ??= this.#readHead(limit);
    if (this.#expected === undefined) return undefined;
    const body = this.#readBody(this.#expected.bodyBytes);
    if (body === undefined) return undefined;
    const { type, bodyCheck } = this.#expected;
    if (nodeZlib().crc32(body) !== bodyCheck && !isPlanted('frame-body-unchecked')) {
      throw new ProtocolError('damaged', `frame ${this.#sequence} is damaged`);
    }
    this.#expected = undefined;
    this.#headBytes = 0;
    this.#sequence = nextSequence(this.#sequence);
    return { type, body };
  }

  #readHead(limit: BodyLimit): Head | undefined {
    const taken = Math.min(frameHeadBytes - this.#headBytes, this.#input.length - this.#at);
    this.#head.set(this.#input.subarray(this.#at, this.#at + taken), this.#headBytes);
    this.#at += taken;
    this.#headBytes += taken;
    if (this.#headBytes < frameHeadBytes) return undefined;
    const view = new DataView(this.#head.buffer);
    if (nodeZlib().crc32(this.#head.subarray(0, 12)) !== view.getUint32(12, true)) {
      throw new ProtocolError(
        'damaged',
        `the head of frame ${this.#sequence} is damaged, or the other side is not snapdelta`,
      );
    }
    const sequence = view.getUint32(4, true);
    if (sequence !== this.#sequence) {
      throw new ProtocolError('damaged', `frame ${sequence} comes where frame ${this.#sequence} is due`);
    }
    const type = view.getUint8(0);
    const bodyBytes = view.getUint32(0, true) >>> 8;
    const bodyBytesMax = limit(type);
    if (bodyBytesMax === undefined) throw new ProtocolError('malformed', `unknown message type ${type}`);
    if (bodyBytes > bodyBytesMax) {
      throw new ProtocolError(
        'limit',
        `a message of type ${type} claims ${bodyBytes} bytes, more than ${bodyBytesMax}`,
      );
    }
    return { type, bodyBytes, bodyCheck: view.getUint32(8, true) };
  }

  #readBody(bodyBytes: number): Uint8Array | undefined {
    const there = this.#input.length - this.#at;
    if (this.#bodyBytes === 0 && there >= bodyBytes) {
      this.#at += bodyBytes;
      return this.#input.subarray(this.#at - bodyBytes, this.#at);
    }
    if (this.#bodyBytes === 0 && there > 0) this.#body = new Uint8Array(bodyBytes);
    const taken = Math.min(bodyBytes - this.#bodyBytes, there);
    this.#body.set(this.#input.subarray(this.#at, this.#at + taken), this.#bodyBytes);
    this.#at += taken;
    this.#bodyBytes += taken;
    if (this.#bodyBytes < bodyBytes) return undefined;
    this.#bodyBytes = 0;
    return this.#body;
  }
}
